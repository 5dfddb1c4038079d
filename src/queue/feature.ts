// The embedding queue: pending and failed entries, and the rate of embedding.
import type { Feature } from '../web/feature.ts';
import { queueCommands } from './commands.ts';
import { createQueueParts, type QueueParts } from './parts.ts';
import { queueCheck } from './queue-check.ts';
import { registerQueueApi } from './web/api.ts';
import { registerQueuePages } from './web/pages.ts';
import { queueCard } from './web/queue-card.ts';

export const queue: Feature<QueueParts> = {
  name: 'queue',
  commands: queueCommands,
  create: createQueueParts,
  routes(app, ctx) {
    registerQueuePages(app, ctx);
    registerQueueApi(app, ctx);
  },
  cards: (ctx) => [queueCard(ctx)],
  checks: (ctx) => [queueCheck(ctx)],
};
