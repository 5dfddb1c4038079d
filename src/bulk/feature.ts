// Bulk: one verb on many jobs, with a confirm dialog and a page of the results.
import type { Feature } from '../web/feature.ts';
import { createBulkParts } from './parts.ts';
import { registerBulkApi } from './web/api.ts';
import { bulkPage, registerBulkPages } from './web/pages.ts';

export const bulk: Feature<ReturnType<typeof createBulkParts>> = {
  name: 'bulk',
  pages: [bulkPage],
  create: createBulkParts,
  lifecycle: ({ bulk: runs }) => ({ refuseNew: runs.stop }),
  routes(app, ctx) {
    registerBulkPages(app, ctx);
    registerBulkApi(app, ctx);
  },
};
