// Builds the objects of the feature from the kernel and the features before it.
import type { Context, Kernel } from '../core/kernel.ts';
import { jobs } from '../jobs/feature.ts';
import { operations } from '../operations/feature.ts';
import { scheduleStore } from '../schedule-store/feature.ts';
import { windowStore } from '../window-store/feature.ts';
import { createDueTimes } from './due-times.ts';
import { createScheduleRuns } from './runs-repository.ts';
import { createDecider } from './decide.ts';
import { createMissed } from './missed.ts';
import { createScheduleEdits } from './schedule-edits.ts';
import { createScheduleSpans } from './spans-repository.ts';
import { createScheduleJobs } from './schedule-jobs-repository.ts';
import { createTickRetention } from './tick-retention.ts';
import { createTicker } from './ticker.ts';

export type SchedulesContext = Kernel & ReturnType<typeof createScheduleParts>;

export function createScheduleParts(ctx: Context) {
  const { jobs: jobVerbs, lockQueue, repository, readArguments, libraryState } = ctx.use(jobs);
  const { schedules, nextRuns } = ctx.use(scheduleStore);
  const scheduleJobs = createScheduleJobs(ctx.ops);
  const stored = { schedules, scheduleJobs, repository, jobs: jobVerbs, readArguments };
  const ticker = createTicker({
    ...ctx,
    ...stored,
    decider: createDecider({ ...ctx, ...stored }),
    recordMissed: createMissed({ ...ctx, ...stored }),
  });
  return {
    ...stored,
    libraryState,
    lockQueue,
    windowRepository: ctx.use(windowStore).windowRepository,
    idempotency: ctx.use(operations).idempotency,
    nextRuns,
    scheduleRuns: createScheduleRuns(ctx.ops),
    scheduleSpans: createScheduleSpans(ctx),
    dueTimes: createDueTimes(ctx.caches),
    scheduleEdits: createScheduleEdits({ ...ctx, ...stored, onChange: ticker.wake }),
    ticker,
    tickRetention: createTickRetention({ ...ctx, schedules }),
  };
}
