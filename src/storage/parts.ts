// Builds the objects of the feature from the kernel and the features before it.
import { backups } from '../backups/feature.ts';
import type { Context } from '../core/kernel.ts';
import { disk } from '../disk/feature.ts';
import { jobs } from '../jobs/feature.ts';

export function createStorageParts(ctx: Context) {
  const { repository, libraryState } = ctx.use(jobs);
  return {
    repository,
    libraryState,
    lookAtBackups: ctx.use(backups).look,
    measureDiskAgain: ctx.use(disk).diskUse.measureAgain,
  };
}
