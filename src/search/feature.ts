// Search: the library page, the entries behind each figure of the index, and one entry with all that is known of it.
import type { Feature } from '../web/feature.ts';
import { createSearchParts, type SearchParts } from './parts.ts';
import { registerSearchApi } from './web/api.ts';
import { registerLibraryPages } from './web/pages.ts';

export const search: Feature<SearchParts> = {
  name: 'search',
  nav: { position: 3, label: 'Library', href: '/library', key: 'l' },
  pages: [
    { path: '/library', cards: [], examples: ['/library', '/library?q=retry'] },
    { path: '/library/:id', cards: [], examples: [] },
  ],
  create: createSearchParts,
  routes(app, ctx) {
    registerLibraryPages(app, ctx);
    registerSearchApi(app, ctx);
  },
};
