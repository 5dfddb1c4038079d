// Caches: what they hold, how well they serve, and their flush.
import type { Feature } from '../web/feature.ts';
import { createCacheParts } from './parts.ts';
import { registerCachesApi } from './web/caches-api.ts';
import { cachePage, cachesPage, registerCachePages } from './web/cache-pages.ts';
import { registerFlushDialog } from './web/flush-dialog.ts';
import { cachesRow } from './web/hub-row.ts';

export const caches: Feature<ReturnType<typeof createCacheParts>> = {
  name: 'caches',
  pages: [cachesPage, cachePage],
  create: createCacheParts,
  routes(app, ctx) {
    registerCachePages(app, ctx);
    registerFlushDialog(app, ctx);
    registerCachesApi(app, ctx);
  },
  hubRows: (ctx) => [cachesRow(ctx)],
};
