// Builds the objects of the feature from the features before it.
import type { Context, Kernel } from '../core/kernel.ts';
import { costStore } from '../cost-store/feature.ts';
import { jobs } from '../jobs/feature.ts';
import { scheduleStore } from '../schedule-store/feature.ts';
import { telemetry } from '../telemetry/feature.ts';
import { workers } from '../workers/feature.ts';
import { createBudgetStop } from './budget-stop.ts';
import { createCostEdits } from './cost-edits.ts';
import { createCostWatch } from './cost-watch.ts';

export type CostContext = Kernel & ReturnType<typeof createCostParts>;

export function createCostParts(ctx: Context) {
  const { repository, libraryState } = ctx.use(jobs);
  const { schedules } = ctx.use(scheduleStore);
  const store = ctx.use(costStore);
  return {
    ...store,
    ...ctx.use(telemetry),
    repository,
    libraryState,
    schedules,
    costEdits: createCostEdits({ ...ctx, ...store }),
    costWatch: createCostWatch({ ...ctx, ...store }),
    budgetStop: createBudgetStop({ ...ctx, ...ctx.use(workers), ...store }),
  };
}
