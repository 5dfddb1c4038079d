// Workers: processes that embed what waits in the queue, and what the operator wants of them.
import type { Feature } from '../web/feature.ts';
import { createWorkerParts } from './parts.ts';
import { registerWorkersApi } from './web/api.ts';
import { registerWorkersPages } from './web/pages.ts';
import { workersCard } from './web/workers-card.ts';
import { recheckCheck } from './recheck-check.ts';
import { workersCheck } from './workers-check.ts';

export const workers: Feature<ReturnType<typeof createWorkerParts>> = {
  name: 'workers',
  create: createWorkerParts,
  lifecycle: ({ start, stop, watch }) => ({ start, stop, startByHand: watch.catchUp }),
  routes(app, ctx) {
    registerWorkersPages(app, ctx);
    registerWorkersApi(app, ctx);
  },
  cards: (ctx) => [workersCard(ctx)],
  checks: (ctx) => [workersCheck(ctx), recheckCheck(ctx)],
};
