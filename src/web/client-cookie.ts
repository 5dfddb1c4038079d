// Names a browser, to limit its live streams and to share out what is switched on for some: a random value, removed when the
// browser closes.
import { randomUUID } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { url } from '../core/url.ts';
import { readCookie } from './flash.ts';

const cookie = 'chl_client';

/** Null for a program without the cookie. */
export function clientOf(request: FastifyRequest): string | null {
  return readCookie(request, cookie) || null;
}

/** Gives the name. Keeps an existing one; null for a request that the guard refused before its cookies were parsed. */
export function nameClient(request: FastifyRequest, reply: FastifyReply): string | null {
  const isParsed = (request.cookies as typeof request.cookies | undefined) !== undefined;
  if (!isParsed) return null;
  const known = clientOf(request);
  if (known) return known;
  // Takes a tenth of the time of randomBytes, because Node keeps a supply of random bytes for it.
  const name = randomUUID();
  reply.setCookie(cookie, name, { path: url('/'), httpOnly: true, sameSite: 'lax' });
  return name;
}
