// Builds the objects of the feature from the features before it.
import type { Context, Kernel } from '../core/kernel.ts';
import { costStore } from '../cost-store/feature.ts';
import { jobs } from '../jobs/feature.ts';
import { scheduleStore } from '../schedule-store/feature.ts';
import { telemetry } from '../telemetry/feature.ts';

export type CostContext = Kernel & ReturnType<typeof createCostParts>;

export function createCostParts(ctx: Context) {
  const { repository, libraryState } = ctx.use(jobs);
  const { schedules } = ctx.use(scheduleStore);
  return { ...ctx.use(costStore), ...ctx.use(telemetry), repository, libraryState, schedules };
}
