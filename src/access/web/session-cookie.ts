// The cookie of a session.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { url } from '../../core/url.ts';
import { readCookie } from '../../web/flash.ts';
import { sessionCookie } from '../../web/identify.ts';
import { sessionMaxMs } from '../session-limits.ts';

/** Null without one. */
export function readSession(request: FastifyRequest): string | null {
  return readCookie(request, sessionCookie(request)) || null;
}

/** With SameSite=Strict, a link to a job from a chat would open as signed out; the guard holds unsafe methods. */
export function writeSession(reply: FastifyReply, secret: string) {
  const { request } = reply;
  reply.setCookie(sessionCookie(request), secret, {
    path: url('/'),
    httpOnly: true,
    sameSite: 'lax',
    secure: request.headers.origin?.startsWith('https://') === true,
    maxAge: sessionMaxMs / 1000,
  });
}

export function clearSession(reply: FastifyReply) {
  reply.clearCookie(sessionCookie(reply.request), { path: url('/') });
}
