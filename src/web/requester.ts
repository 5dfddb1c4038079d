// Identifies the requester: the X-Actor header for programs, the user of this machine for pages.
import type { FastifyRequest } from 'fastify';
import type { Requester } from '../core/audit.ts';
import { userName } from '../core/user.ts';

export function requester(request: FastifyRequest): Requester {
  const named = request.headers['x-actor'];
  const actor = request.url.startsWith('/api/') && typeof named === 'string' ? named.trim() : '';
  return { actor: actor.slice(0, 80) || userName, peer: request.ip, requestId: request.id };
}
