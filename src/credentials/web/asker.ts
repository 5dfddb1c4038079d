import type { FastifyRequest } from 'fastify';
import { requester } from '../../web/requester.ts';
import type { Asker } from '../key-audit.ts';

/** The sender of a request, with the reason that its body gives. */
export function asker(request: FastifyRequest, body: { reason?: string } | null | undefined): Asker {
  return { ...requester(request), reason: body?.reason?.trim() || null };
}
