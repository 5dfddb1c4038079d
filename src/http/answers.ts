// How an action of the page is answered: htmx gets the re-rendered card and a notice; a plain form gets a redirect and
// the same notice in a cookie.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { findCardByHost, renderCard } from './cards/list.ts';
import { type Notice, setFlash } from './flash.ts';
import type { Services } from './services.ts';

export async function answerAction(
  app: FastifyInstance,
  services: Services,
  request: FastifyRequest,
  reply: FastifyReply,
  { notice, redirect, host }: { notice: Notice; redirect: string; host: string },
) {
  if (!request.headers['hx-request']) {
    setFlash(reply, notice);
    return reply.redirect(redirect, 303);
  }
  const target = request.headers['hx-target'];
  const card = findCardByHost(typeof target === 'string' ? target : host) ?? findCardByHost(host);
  reply.header('hx-trigger', headerJson({ 'ops-refresh': true, 'chl-close': true, 'chl-notice': notice }));
  reply.type('text/html; charset=utf-8');
  return reply.send(card ? await renderCard(app, card, services) : '');
}

/** Header values are ASCII: everything else is escaped. */
function headerJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
