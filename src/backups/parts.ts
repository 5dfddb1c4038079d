// Builds the objects of the feature from the kernel and the features before it.
import { backupStore } from '../backup-store/feature.ts';
import type { Context, Kernel } from '../core/kernel.ts';
import { jobs } from '../jobs/feature.ts';
import { scheduleStore } from '../schedule-store/feature.ts';
import { starts } from '../starts/feature.ts';
import { createDrillJobs } from './drill-jobs-repository.ts';
import { createDrillWatch } from './drill-watch.ts';

export type BackupsContext = Kernel & ReturnType<typeof createBackupsParts>;

export function createBackupsParts(ctx: Context) {
  const { backupRepository: backups } = ctx.use(backupStore);
  const { repository, libraryState } = ctx.use(jobs);
  const drillJobs = createDrillJobs(ctx.ops);
  return {
    backups,
    schedules: ctx.use(scheduleStore).schedules,
    hasEntries: () => !libraryState.isEmpty(),
    firstStart: ctx.use(starts).starts.first,
    drillWatch: createDrillWatch({ ...ctx, backups, drillJobs, active: repository.active }),
  };
}
