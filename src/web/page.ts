// Renders full pages: layout, theme, navigation, and the notice of the previous action.
import { url } from '../core/url.ts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Config, version } from '../core/config.ts';
import { assetUrl, modules } from './assets.ts';
import type { NavItem } from './feature.ts';
import { type Notice, readCookie, takeFlash } from './flash.ts';

type PageContent = {
  /** Path below views, e.g. `jobs/list-page`. */
  template: string;
  title: string;
  /** The `href` of the tab it belongs to. */
  section?: string;
  /** A module below public, only for this page. */
  script?: string;
  data?: Record<string, unknown>;
};

declare module 'fastify' {
  interface FastifyReply {
    /** Renders a page inside the layout. */
    sendPage(page: PageContent): FastifyReply;
  }
}

const themes = ['light', 'dark'];

export function registerPage(app: FastifyInstance, nav: NavItem[], { mode }: Pick<Config, 'mode'>) {
  const home = nav[0]?.href ?? '/';
  app.decorateReply('sendPage', function ({ template, title, section, script, data }) {
    const { request } = this;
    return this.view(template, {
      ...data,
      page: {
        title,
        nav: nav.map((item) => ({ ...item, isCurrent: item.href === section, href: url(item.href) })),
        script: script ?? null,
        theme: themeOf(request),
        /** The return address of forms; never one that accepts only POST. */
        url: request.method === 'GET' ? request.url : home,
        notice: viewNotice(takeFlash(request, this)),
        blankNotice,
        version,
        mode,
        host: request.headers.host,
        hasKeys: readCookie(request, 'chl_keys') !== 'off',
        asset: assetUrl,
        modules,
      },
    });
  });
}

function themeOf(request: FastifyRequest): string {
  return themes.find((name) => name === readCookie(request, 'chl_theme')) ?? '';
}

const noticeIcons = { ok: 'check', warn: 'tri', bad: 'cross' };

/** The template that toast.js clones for a notice. */
const blankNotice = { tone: '', icon: 'cross', title: '', text: '', undo: { action: '', label: '' } };

function viewNotice(notice: Notice | null) {
  return notice && { ...notice, icon: noticeIcons[notice.tone] };
}
