// Builds the objects of the feature from the kernel and the features before it.
import type { Backup } from '../backup-store/backup.ts';
import { backupStore } from '../backup-store/feature.ts';
import type { Context, Kernel } from '../core/kernel.ts';
import { inTime } from '../core/in-time.ts';
import { jobs } from '../jobs/feature.ts';
import { scheduleStore } from '../schedule-store/feature.ts';
import { schedules } from '../schedules/feature.ts';
import { settings } from '../settings/feature.ts';
import { starts } from '../starts/feature.ts';
import { createBackupEdits } from './backup-edits.ts';
import { createBackupSchedules } from './backup-schedules.ts';
import { createDrillJobs } from './drill-jobs-repository.ts';
import { createDrillWatch } from './drill-watch.ts';
import { createVanishedBackups } from './vanished-repository.ts';
import { whyKept } from './why-kept.ts';

export type BackupsContext = Kernel & ReturnType<typeof createBackupsParts>;

export function createBackupsParts(ctx: Context) {
  const { backupRepository: backups, backupJobs, inventory, setReader } = ctx.use(backupStore);
  const { refresh, unused } = inventory;
  const { repository, libraryState, current } = ctx.use(jobs);
  const { scheduleEdits } = ctx.use(schedules);
  const { schedules: stored, nextRuns } = ctx.use(scheduleStore);
  const drillJobs = createDrillJobs(ctx.ops);
  /** A page waits no longer for the folder; a later answer changes the open page. */
  const lookLimit = { maxMs: 500 };
  const judge = (backup: Backup) => whyKept({ backups, jobs: backupJobs }, backup);
  return {
    backups,
    /** Looks at the files as they are now. */
    readBackups: () => refresh().then(backups.all),
    /** Looks at the files before their rows are shown. An error is found by the check of backups, too. */
    look: () =>
      inTime(
        refresh().catch(() => {}),
        lookLimit.maxMs,
      ),
    lookLimit,
    unused,
    setReader,
    repository,
    schedules: stored,
    libraryState,
    hasEntries: () => !libraryState.isEmpty(),
    libraryRevision: current.libraryRevision,
    settings: ctx.use(settings).settings,
    firstStart: ctx.use(starts).starts.first,
    vanished: createVanishedBackups(ctx.ops),
    drillWatch: createDrillWatch({ ...ctx, backups, drillJobs }),
    whyKept: judge,
    backupEdits: createBackupEdits({
      ...ctx,
      backups,
      whyKept: judge,
      refresh: () => setReader.inTurn(refresh),
    }),
    backupSchedules: createBackupSchedules({ ...ctx, schedules: stored, nextRuns, scheduleEdits }),
  };
}
