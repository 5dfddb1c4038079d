// Search: the library page with search and lists by sync state, and the page of one entry.
import type { Feature } from '../web/feature.ts';
import { createSearchParts } from './parts.ts';
import { registerSearchApi } from './web/api.ts';
import { registerCanariesApi } from './web/canaries-api.ts';
import { canariesPage, registerCanariesPage } from './web/canaries-page.ts';
import { canaryPart } from './web/canary-part.ts';
import { registerLibraryPages } from './web/pages.ts';

export const search: Feature<ReturnType<typeof createSearchParts>> = {
  name: 'search',
  nav: { position: 3, label: 'Library', href: '/library', key: 'l' },
  pages: [
    { path: '/library', cards: [], examples: ['/library', '/library?q=retry'] },
    canariesPage,
    { path: '/library/:id', api: '/api/v1/entries/:id', cards: [], examples: [] },
  ],
  create: createSearchParts,
  routes(app, ctx) {
    registerLibraryPages(app, ctx);
    registerSearchApi(app, ctx);
    registerCanariesApi(app, ctx);
    registerCanariesPage(app, ctx);
  },
  jobParts: (ctx) => [canaryPart(ctx)],
};
