// Renders full pages (layout, theme, navigation, and the notice of the previous action) and dialogs, which are a fragment
// for htmx and a page without it.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Config, version } from '../core/config.ts';
import type { Cache } from '../core/cache.ts';
import { assetUrl, modules, scripts } from './assets.ts';
import { nameClient } from './client-cookie.ts';
import { readCookie, takeFlash } from './flash.ts';
import type { RenderEverywhere } from './everywhere.ts';
import type { HasStream } from './feature.ts';
import { createNavRenderer, type Tab } from './nav.ts';

type PageContent = {
  /** Path below views, e.g. `jobs/list-page`. */
  template: string;
  title: string;
  /** The `href` of the tab it belongs to. */
  section?: string;
  /** A module below public, only for this page. */
  script?: string;
  /** It needs no more styles than those of app.css; the others, which its dialogs may need, are loaded after its first paint. */
  isLight?: true;
  /** Without navigation and connection, for people who are not signed in. */
  isBare?: true;
  data?: Record<string, unknown>;
};

declare module 'fastify' {
  interface FastifyReply {
    /** Renders a page inside the layout. */
    sendPage(page: PageContent): FastifyReply;
    /** Renders a template as a fragment or as a page. */
    sendDialog(
      template: string,
      dialog: Record<string, unknown> & { question: string; section?: string },
    ): FastifyReply;
    /** Sends the answer to a refused form into its dialog. */
    intoDialog(): FastifyReply;
  }
}

/** Lets a browser fetch what the first paint waits for before it reads the page. */
const preloads = `<${assetUrl('app.css')}>; rel=preload; as=style, <${assetUrl('times.js')}>; rel=modulepreload`;

export const themes = ['light', 'dark'];

type Given = {
  nav: Tab[];
  config: Pick<Config, 'mode'>;
  renderEverywhere: RenderEverywhere;
  hasStream: HasStream;
  /** Keeps parts of pages. */
  kept: Cache<string>;
};

/** The first tab of `nav` is the home page, and the current tab when a dialog is a page. */
export function registerPage(app: FastifyInstance, given: Given) {
  const { nav, config, renderEverywhere, hasStream, kept } = given;
  const { mode } = config;
  const home = nav[0]?.href ?? '/';
  const renderNav = createNavRenderer(app, nav, kept);
  app.decorateReply(
    'sendPage',
    function ({ template, title, section, script, isLight = false, isBare = false, data }) {
      const { request } = this;
      const notice = takeFlash(request, this);
      const browser = nameClient(request, this);
      const page = {
        title,
        isBare,
        isLight,
        isRefused: this.statusCode >= 400,
        tab: nav.find(({ href }) => href === section),
        scripts: [...scripts, ...(script ? [script] : [])].join(' '),
        theme: themes.find((name) => name === readCookie(request, 'chl_theme')) ?? '',
        url: returnAddress(request, home),
        notice: notice && { ...notice, icon: noticeIcons[notice.tone] },
        blankNotice,
        version,
        mode,
        host: request.headers.host,
        user: request.identity,
        hasKeys: readCookie(request, 'chl_keys') !== 'off',
        hasStream: browser === null || hasStream(browser),
        asset: assetUrl,
        modules: modules.join(' '),
      };
      this.header('link', preloads);
      // The handler returns the reply, which is sent later, as `view` does.
      Promise.all(isBare ? ['', ''] : [renderNav(section), renderEverywhere(request)])
        .then(([nav, everywhere]) => this.view(template, { ...data, page: { ...page, nav, everywhere } }))
        .catch((error) => this.send(error));
      return this;
    },
  );

  app.decorateReply('sendDialog', function (template, dialog) {
    if (this.request.headers['hx-request']) {
      return this.view(template, { dialog });
    }
    return this.sendPage({
      template: 'shared/dialog-page',
      title: dialog.question,
      section: dialog.section ?? home,
      data: { dialog, template: `/${template}` },
    });
  });
  app.decorateReply('intoDialog', function () {
    return this.header('hx-retarget', '#dialog').header('hx-reswap', 'innerHTML');
  });
}

/** The return address of forms; the page of the form for an address that accepts only POST. */
function returnAddress({ method, routeOptions, server, url }: FastifyRequest, home: string): string {
  if (method === 'GET' || server.hasRoute({ method: 'GET', url: routeOptions.url ?? '' })) return url;
  return server.pageOfForm(url.split('?')[0] ?? '') ?? home;
}

const noticeIcons = { ok: 'check', warn: 'tri', bad: 'cross' };

/** The template that toast.js clones for a notice. */
const blankNotice = { tone: '', icon: 'cross', title: '', text: '', undo: { action: '', label: '' } };
