// A short-lived cookie that carries the notice of an action over the redirect, for pages without JavaScript.
import { url } from '../core/url.ts';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** The notice of an action. `job`: the tab that started this job also shows its end. `undo`: the action that reverts it,
 *  with its form fields and button label. */
export type Notice = {
  tone: 'ok' | 'bad' | 'warn';
  title: string;
  text: string;
  job?: number;
  undo?: { action: string; label: string; fields?: Record<string, string> };
};

const cookie = 'chl_flash';
const attributes = { path: url('/'), httpOnly: true, sameSite: 'strict', maxAge: 30 } as const;

export function setFlash(reply: FastifyReply, notice: Notice) {
  reply.setCookie(cookie, Buffer.from(JSON.stringify(notice)).toString('base64url'), attributes);
}

/** Returns the notice once; the response removes it. */
export function takeFlash(request: FastifyRequest, reply: FastifyReply): Notice | null {
  const value = readCookie(request, cookie);
  if (!value) return null;
  reply.clearCookie(cookie, { path: url('/') });
  return readNotice(value);
}

/** Undefined also when the guard refuses a request, before cookies are parsed. */
export function readCookie(request: FastifyRequest, name: string): string | undefined {
  return (request.cookies as typeof request.cookies | undefined)?.[name];
}

/** The cookie is untrusted; null for any unexpected content. */
function readNotice(value: string): Notice | null {
  try {
    const { tone, title, text, job, undo } = JSON.parse(Buffer.from(value, 'base64url').toString('utf8'));
    if (!['ok', 'bad', 'warn'].includes(tone) || ![title, text].every(isText)) return null;
    return {
      tone,
      title,
      text,
      ...(Number.isSafeInteger(job) ? { job } : {}),
      ...(isUndo(undo) ? { undo } : {}),
    };
  } catch {
    return null;
  }
}

function isUndo(undo: unknown): undo is NonNullable<Notice['undo']> {
  if (typeof undo !== 'object' || undo === null) return false;
  const { action, label, fields = {} } = undo as Record<string, unknown>;
  const texts = [action, label, ...Object.values(fields as object)];
  return texts.every(isText) && /^\/ui\/[a-z/-]+$/.test(String(action));
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}
