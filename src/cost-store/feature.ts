// The store of usage and costs. Usage is counted where it arises, so the features that spend something come later.
import type { Context } from '../core/kernel.ts';
import type { Feature } from '../web/feature.ts';
import { createBudgetStops } from './budget-stops.ts';
import { createCostBook } from './cost-book.ts';
import { createCostRepository } from './cost-repository.ts';
import { createServerUsage } from './server-usage.ts';
import { createUsageCounter } from './usage-counter.ts';
import { createUsageRepository, type UsageRow } from './usage-repository.ts';
import { describeFate } from './usage-words.ts';

export const costStore: Feature<ReturnType<typeof createParts>> = {
  name: 'cost-store',
  create: createParts,
  lifecycle: ({ serverUsage }) => ({
    start: serverUsage.start,
    stop: serverUsage.stop,
    close: serverUsage.end,
  }),
};

function createParts(ctx: Context) {
  const { ops, log } = ctx;
  const usageRepository = createUsageRepository(ops);
  const costRepository = createCostRepository(ops);
  const onError = (error: unknown, lost: readonly UsageRow[]) =>
    log.error({ err: error }, `usage could not be written; ${describeFate(lost)}`);
  const usage = createUsageCounter({ ...ctx, usageRepository, onError });
  const costBook = createCostBook({ ...ctx, usageRepository, costRepository });
  return {
    usageRepository,
    costRepository,
    /** Adds usage in memory; written within a second. */
    usage,
    costBook,
    budgetStops: createBudgetStops({ ...ctx, costBook }),
    serverUsage: createServerUsage({ ...ctx, usage, usageRepository }),
  };
}
