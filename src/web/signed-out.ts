// Answers requests without a valid token. A page leads to the page for signing in, and back; a form that is sent gets what was
// typed back, to send it again after signing in; a program gets a 401.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { url } from '../core/url.ts';
import { isSafe } from './request-audit.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The partial of a card, which pages fetch by themselves. */
    isCard?: boolean;
  }
}

export const signInPath = '/sign-in';
/** A longer form is not given back. */
const maxFormBytes = 256 * 1024;

/** Answers with a page or a redirect, or returns null for a client that gets the error as JSON. */
export async function answerSignedOut(
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply | null> {
  const { headers, originalUrl, routeOptions } = request;
  if (headers['hx-request']) {
    // A page that refreshes a card by itself must not lose what is typed in it.
    if (routeOptions.config.isCard) return reply.header('hx-reswap', 'none').send('');
    const signIn = signInUrl(pathOf(headers['hx-current-url']));
    if (isSafe(request)) return reply.header('hx-redirect', signIn).send('');
    reply.header('hx-retarget', '#note').header('hx-reswap', 'innerHTML');
    return reply.view('shared/signed-out', { signIn });
  }
  if (isSafe(request) && routeOptions.config.isPage) return reply.redirect(signInUrl(originalUrl), 303);
  if (!headers.accept?.includes('text/html')) return null;
  const fields = isSafe(request) ? null : await readFields(request);
  return reply.sendPage({
    template: 'shared/signed-out-page',
    title: 'Signed out',
    isBare: true,
    data: {
      isSafe: isSafe(request),
      action: originalUrl,
      fields,
      signIn: signInUrl(isSafe(request) ? originalUrl : pathOf(headers.referer)),
    },
  });
}

/** The fields of a form, whose body nobody has read yet; null for one with files, or one that is too long. */
async function readFields({ headers, raw }: FastifyRequest): Promise<[string, string][] | null> {
  const bytes = Number(headers['content-length'] ?? Number.NaN);
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded');
  if (!isForm || !(bytes <= maxFormBytes)) return null;
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of raw) chunks.push(chunk as Buffer);
  } catch {
    return null;
  }
  return [...new URLSearchParams(Buffer.concat(chunks).toString('utf8'))];
}

function signInUrl(back: string): string {
  return url(signInPath, { back });
}

/** The path of a full address. */
function pathOf(address: unknown): string {
  if (typeof address !== 'string' || !URL.canParse(address)) return '/';
  const { pathname, search } = new URL(address);
  return pathname + search;
}
