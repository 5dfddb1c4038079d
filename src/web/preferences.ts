// Display preferences in cookies: the theme, and whether single-key shortcuts are on. Plain forms, for pages without
// JavaScript.
import { url } from '../core/url.ts';
import type { FastifyInstance } from 'fastify';
import type { NavItem } from './feature.ts';
import { readCookie } from './flash.ts';
import { themes } from './page.ts';
import { isForm, type Posted } from './validation.ts';

const yearSec = 31_536_000;
const lasting = { path: url('/'), sameSite: 'strict', maxAge: yearSec } as const;

const ofBrowser = { role: 'viewer', tier: 0, changes: 'browser' } as const;
const keepKeys = { ...ofBrowser, name: 'browser.keys' };
/** Also on the page for signing in. */
const keepTheme = { ...ofBrowser, role: 'anyone', name: 'browser.theme' } as const;

/** A form without a return address leads back to the first tab of `nav`. */
export function registerPreferences(app: FastifyInstance, nav: NavItem[]) {
  const home = nav[0]?.href ?? '/';

  app.get('/', { config: { isPage: true } }, (_request, reply) => reply.redirect(url(home)));

  app.get('/ui/keys', { config: { isPage: true } }, (request, reply) =>
    reply.sendDialog('shared/dialog-keys', {
      question: 'Keyboard shortcuts',
      areOn: readCookie(request, 'chl_keys') !== 'off',
      nav,
      back: home,
    }),
  );

  app.post<Posted>('/ui/keys', { ...isForm, config: { action: keepKeys } }, (request, reply) => {
    reply.setCookie('chl_keys', request.body?.keys === 'on' ? 'on' : 'off', lasting);
    return reply.redirect(url(app.landing(request.body?.back ?? '')), 303);
  });

  app.post<Posted>('/ui/theme', { ...isForm, config: { action: keepTheme, page: '/' } }, (request, reply) => {
    const theme = themes.find((name) => name === request.body?.theme) ?? '';
    reply.setCookie('chl_theme', theme, lasting);
    return reply.redirect(url(app.landing(request.body?.back ?? '')), 303);
  });
}
