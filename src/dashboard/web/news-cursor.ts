// The cursor of the news: the newest row of the audit log that this browser has seen, in a cookie.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { url } from '../../core/url.ts';
import { readCookie } from '../../web/flash.ts';

const yearSec = 31_536_000;
/** Also sent with the request of a link from elsewhere, which must not look like a first visit. */
const lasting = { path: url('/'), httpOnly: true, sameSite: 'lax', maxAge: yearSec } as const;

/** Cookies ignore ports, so the name contains it. */
const nameFor = ({ socket }: FastifyRequest) => `chl_news_${socket.localPort}`;

/** A first visit begins at the newest row, so it has no news. */
export function takeCursor(request: FastifyRequest, reply: FastifyReply, newest: number): number {
  const known = readCursor(request, newest);
  if (known !== null) return known;
  reply.setCookie(nameFor(request), String(newest), lasting);
  return newest;
}

/** Moves it to `seen`, never back: another tab may have shown more. Returns where it is then. */
export function moveCursor(
  request: FastifyRequest,
  reply: FastifyReply,
  seen: number,
  newest: number,
): number {
  const cursor = Math.max(readCursor(request, newest) ?? 0, Math.min(seen, newest));
  reply.setCookie(nameFor(request), String(cursor), lasting);
  return cursor;
}

/** Null without a usable one; the log of a backup may have replaced a longer one. */
function readCursor(request: FastifyRequest, newest: number): number | null {
  const value = readCookie(request, nameFor(request)) ?? '';
  const cursor = /^\d{1,15}$/.test(value) ? Number(value) : null;
  return cursor !== null && cursor <= newest ? cursor : null;
}
