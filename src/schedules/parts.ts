// Builds the objects of the feature from the kernel and the features before it.
import type { Context, Kernel } from '../core/kernel.ts';
import { jobs } from '../jobs/feature.ts';
import { operations } from '../operations/feature.ts';
import { scheduleStore } from '../schedule-store/feature.ts';
import { createScheduleRuns } from './runs-repository.ts';
import { createScheduleEdits } from './schedule-edits.ts';

export type SchedulesContext = Kernel & ReturnType<typeof createScheduleParts>;

export function createScheduleParts(ctx: Context) {
  const { jobs: jobVerbs, repository, readArguments, libraryState } = ctx.use(jobs);
  const { schedules, nextRuns } = ctx.use(scheduleStore);
  const scheduleEdits = createScheduleEdits({ ...ctx, schedules, jobs: jobVerbs, readArguments });
  return {
    jobs: jobVerbs,
    repository,
    readArguments,
    libraryState,
    idempotency: ctx.use(operations).idempotency,
    schedules,
    nextRuns,
    scheduleEdits,
    scheduleRuns: createScheduleRuns(ctx.ops),
  };
}
