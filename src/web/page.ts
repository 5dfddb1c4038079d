// What every full page needs: the theme, the navigation, the notice of the action before.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { version } from '../core/config.ts';
import { assetUrl, modules } from './assets.ts';
import { readCookie, takeFlash } from './flash.ts';
import type { Services } from './services.ts';
import { words } from './words.ts';

const themes = ['light', 'dark'];

/** Renders `views/pages/<name>` inside the layout. */
export function sendPage(
  services: Services,
  request: FastifyRequest,
  reply: FastifyReply,
  page: {
    name: string;
    title: string;
    section?: 'operations' | 'jobs' | 'library';
    /** Of this page alone, below public. */
    script?: string;
    data?: Record<string, unknown>;
  },
) {
  const theme = themes.find((name) => name === readCookie(request, 'chl_theme')) ?? '';
  return reply.view(`pages/${page.name}`, {
    ...page.data,
    w: words,
    page: {
      title: page.title,
      section: page.section ?? '',
      script: page.script ?? null,
      theme,
      /** Where a form of the page leads back to: never to an address that only takes posts. */
      url: request.method === 'GET' ? request.url : '/operations',
      notice: takeFlash(request, reply),
      version,
      mode: services.config.mode,
      host: request.headers.host,
      hasKeys: readCookie(request, 'chl_keys') !== 'off',
      asset: assetUrl,
      modules,
    },
  });
}
