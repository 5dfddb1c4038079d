// Names a browser, only to limit its live streams: a random value, removed when the browser closes.
import { randomUUID } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { url } from '../core/url.ts';
import { readCookie } from './flash.ts';

const cookie = 'chl_client';

/** Null for a program without the cookie. */
export function clientOf(request: FastifyRequest): string | null {
  return readCookie(request, cookie) || null;
}

/** Keeps an existing value, also of a request that the guard refused before its cookies were parsed. */
export function nameClient(request: FastifyRequest, reply: FastifyReply) {
  const isParsed = (request.cookies as typeof request.cookies | undefined) !== undefined;
  if (!isParsed || clientOf(request)) return;
  // Takes a tenth of the time of randomBytes, because Node keeps a supply of random bytes for it.
  reply.setCookie(cookie, randomUUID(), { path: url('/'), httpOnly: true, sameSite: 'lax' });
}
