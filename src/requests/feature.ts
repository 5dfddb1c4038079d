// Requests: how many, how fast and how many failed, by route.
import type { Feature } from '../web/feature.ts';
import { requestsRow } from './hub-row.ts';
import { createRequestParts } from './parts.ts';
import { registerRequestsApi } from './web/requests-api.ts';
import { registerRequestsPage, requestsPage } from './web/requests-page.ts';

export const requests: Feature<ReturnType<typeof createRequestParts>> = {
  name: 'requests',
  pages: [requestsPage],
  create: createRequestParts,
  lifecycle: ({ flushing, requestCounter }) => ({
    start: flushing.start,
    stop: flushing.stop,
    close: requestCounter.flush,
  }),
  onAnswered: ({ requestCounter }) => requestCounter.add,
  routes(app, ctx) {
    registerRequestsPage(app, ctx);
    registerRequestsApi(app, ctx);
  },
  hubRows: (ctx) => [requestsRow(ctx)],
};
