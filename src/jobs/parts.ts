// Builds the objects of the feature from the kernel and the features before it.
import { createDiskReserve, readFreeBytes } from '../core/disk-reserve.ts';
import { createLibrary } from '../library/repository.ts';
import type { Context, Kernel } from '../core/kernel.ts';
import { createBulk } from './bulk.ts';
import { createJobs } from './jobs.ts';
import { createJobListing, searchPace } from './listing.ts';
import { createLockQueue } from './lock-queue.ts';
import { createPruning } from './repository-pruning.ts';
import { createJobRepository } from './repository.ts';
import { createRetention } from './retention.ts';
import { createJobVerbs } from './verbs.ts';

export type JobContext = Kernel & ReturnType<typeof createJobParts>;

export function createJobParts(ctx: Context) {
  const { config, ops, library, untilFree, now } = ctx;
  const repository = createJobRepository(ops, now);
  const disk = createDiskReserve(config.root, () => readFreeBytes(config.root));
  const lockQueue = createLockQueue(repository);
  const libraryRevision = createLibrary(library).revision;
  const verbs = createJobVerbs({ ...ctx, repository, lockQueue, libraryRevision, disk });
  const jobs = createJobs(verbs, repository, lockQueue, untilFree);
  const listing = createJobListing(ops, searchPace);
  return {
    repository,
    lockQueue,
    disk,
    jobs,
    stopAccepting: verbs.stop,
    listing,
    libraryRevision,
    bulk: createBulk({ ...ctx, jobs, repository, listing }),
    retention: createRetention({ ...ctx, pruning: createPruning(ops) }),
  };
}
