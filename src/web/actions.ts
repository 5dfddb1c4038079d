// How an action of the page is answered: htmx gets the re-rendered card (the first of `hosts` that is on its page; on
// the list of jobs none, it fetches itself again) and a notice; a plain form gets a redirect and the same notice in a
// cookie.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { findCardByHost, renderCard } from './cards.ts';
import { type Notice, setFlash } from './flash.ts';
import type { Services } from './services.ts';

export async function answerAction(
  app: FastifyInstance,
  services: Services,
  request: FastifyRequest,
  reply: FastifyReply,
  { notice, redirect, hosts }: { notice: Notice; redirect: string; hosts: string[] },
) {
  const isOnList = /\/jobs(\?|$)/.test(String(request.headers['hx-current-url'] ?? ''));
  const host = hosts.find((name) => isOnPage(name, request));
  const card = host ? findCardByHost(host) : null;
  if (request.headers['hx-request'] && (card || isOnList)) {
    reply.header('hx-trigger', headerJson({ 'ops-refresh': true, 'chl-close': true, 'chl-notice': notice }));
    if (isOnList || !card) return reply.header('hx-reswap', 'none').send('');
    reply.header('hx-retarget', `#${card.host}`).header('hx-reswap', 'morph:innerHTML');
    reply.type('text/html; charset=utf-8');
    return reply.send(await renderCard(app, card, services));
  }
  setFlash(reply, notice);
  if (!request.headers['hx-request']) return reply.redirect(redirect, 303);
  return reply.header('hx-redirect', redirect).send('');
}

/** A job's page has only the card of that job, the dashboard all others, other pages none. */
function isOnPage(host: string, request: FastifyRequest): boolean {
  const page = /\/jobs\/(\d+)/.exec(String(request.headers['hx-current-url'] ?? ''));
  if (page) return host === `job-${page[1]}-card`;
  return /\/operations(?:[?#]|$)/.test(String(request.headers['hx-current-url'])) && !host.startsWith('job-');
}

/** Header values are ASCII: everything else is escaped. */
function headerJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
