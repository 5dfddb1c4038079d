// The embedding queue: pending and failed entries, and the rate of embedding.
import type { Feature } from '../web/feature.ts';
import { createQueueParts } from './parts.ts';
import { queueCheck } from './queue-check.ts';
import { stuckCheck } from './stuck-check.ts';
import { queueCard } from './web/queue-card.ts';
import { registerPauseRoutes } from './web/pause-routes.ts';
import { registerQueueRoutes } from './web/routes.ts';

export const queue: Feature<ReturnType<typeof createQueueParts>> = {
  name: 'queue',
  create: createQueueParts,
  routes(app, ctx) {
    registerQueueRoutes(app, ctx);
    registerPauseRoutes(app, ctx);
  },
  cards: (ctx) => [queueCard(ctx)],
  checks: (ctx) => [queueCheck(ctx), stuckCheck(ctx)],
};
