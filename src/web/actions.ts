// Answers an action of a page: htmx gets the re-rendered card (the first of `hosts` on its page; a page that reloads
// itself gets none) and a notice; a plain form gets a redirect, and the same notice in a cookie.
import type { FastifyInstance } from 'fastify';
import { shorten } from '../core/shorten.ts';
import type { Cards } from './cards.ts';
import { type Notice, setFlash } from './flash.ts';
import { identityOf } from './identify.ts';
import { showLocalTimes } from './local-times.ts';
import type { Pages } from './pages.ts';

type ActionOutcome = {
  notice: Notice;
  redirect: string;
  /** Host ids of the cards that show the outcome. */
  hosts: string[];
};

declare module 'fastify' {
  interface FastifyReply {
    sendAction(outcome: ActionOutcome): Promise<FastifyReply>;
  }
}

export function registerActions(app: FastifyInstance, cards: Cards, pages: Pages) {
  app.decorateReply('sendAction', async function ({ notice: whole, redirect, hosts }) {
    const local = (text: string) => shorten(showLocalTimes(text));
    const notice = { ...whole, title: local(whole.title), text: local(whole.text) };
    const { headers } = this.request;
    if (!headers['hx-request']) {
      setFlash(this, notice);
      return this.redirect(redirect, 303);
    }
    const page = pages.at(String(headers['hx-current-url'] ?? ''));
    const card = hosts.map((host) => page?.cards.find((one) => one.host === host)).find(Boolean);
    if (!card && !page?.reloads) {
      setFlash(this, notice);
      return this.header('hx-redirect', redirect).send('');
    }
    this.header('hx-trigger', headerJson({ 'ops-refresh': true, 'chl-close': true, 'chl-notice': notice }));
    // An empty answer would be swapped into the dialog, which would open again.
    if (!card) return this.code(204).send();
    this.header('hx-retarget', `#${card.host}`).header('hx-reswap', 'morph:innerHTML');
    return this.type('text/html; charset=utf-8').send(
      await cards.render(card, identityOf(this.request).role),
    );
  });
}

/** Escapes other characters, because header values are ASCII. */
function headerJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
