// The log store: log.db, which keeps observations. It can be lost at any time.
import type { Context } from '../core/kernel.ts';
import type { Feature } from '../web/feature.ts';
import { createLogStore } from './log-store.ts';
import { logStoreCheck } from './log-store-check.ts';
import { measureLogStore } from './web/metrics.ts';

export const logStore: Feature<ReturnType<typeof createParts>> = {
  name: 'log-store',
  create: createParts,
  lifecycle: ({ logStore }) => ({
    start: () => logStore.start(),
    afterStop: () => logStore.close(),
  }),
  checks: (ctx) => [logStoreCheck(ctx)],
  metrics: measureLogStore,
};

function createParts(ctx: Context) {
  return { logStore: createLogStore(ctx) };
}
