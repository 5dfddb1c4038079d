// Builds the objects of the feature from the kernel and the features before it.
import { backupStore } from '../backup-store/feature.ts';
import type { Context, Kernel } from '../core/kernel.ts';
import { index } from '../index/feature.ts';
import { jobs } from '../jobs/feature.ts';
import { operations } from '../operations/feature.ts';
import { settings } from '../settings/feature.ts';
import { snapshots } from '../snapshots/feature.ts';

export type RestoreContext = Kernel & ReturnType<typeof createRestoreParts>;

export function createRestoreParts(ctx: Context) {
  const { backupRepository, setReader } = ctx.use(backupStore);
  const { uploads } = ctx.use(snapshots);
  const { jobs: jobVerbs, repository, readArguments } = ctx.use(jobs);
  const { entryCounts, spending, libraryState } = ctx.use(operations);
  const { liveIndex } = ctx.use(index);
  const run = { jobs: jobVerbs, repository, readArguments, entryCounts, spending, libraryState, liveIndex };
  return { ...run, backupRepository, setReader, uploads, settingsFile: ctx.use(settings).settingsFile };
}
