// Answers requests without a valid token: pages lead to the page for signing in, and back; everything else gets a 401.
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

/** `back`: the path to go to afterwards; `problem`: why the token was refused; `isOpen`: no token is needed. */
type SignInPage = { back: string; problem: string | null; isOpen: boolean };

/** Renders the page for signing in, which has no navigation. */
export function sendSignIn(reply: FastifyReply, { back, problem, isOpen }: SignInPage) {
  return reply.sendPage({
    template: 'shared/sign-in-page',
    title: 'Sign in',
    isBare: true,
    data: { back: reply.server.landing(back), problem, isOpen },
  });
}

/** Answers with a page or a redirect, or returns null for a client that gets the error as JSON. */
export function answerSignedOut(request: FastifyRequest, reply: FastifyReply): FastifyReply | null {
  const { headers, originalUrl, routeOptions } = request;
  if (headers['hx-request']) {
    // A page that refreshes a card by itself must not lose what is typed in it.
    if (routeOptions.config.isCard) return reply.header('hx-reswap', 'none').send('');
    return reply.header('hx-redirect', signInUrl(pathOf(headers['hx-current-url']))).send('');
  }
  if (isSafe(request) && routeOptions.config.isPage) return reply.redirect(signInUrl(originalUrl), 303);
  if (!headers.accept?.includes('text/html')) return null;
  const back = isSafe(request) ? originalUrl : pathOf(headers.referer);
  return sendSignIn(reply, { back, problem: null, isOpen: false });
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
