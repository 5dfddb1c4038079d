// What the feature consists of, built from the kernel and the features before it.
import { createDiskReserve, readFreeBytes } from '../core/disk-reserve.ts';
import { createLibrary } from '../library/repository.ts';
import type { Context, Kernel } from '../core/kernel.ts';
import { createAcceptance } from './acceptance.ts';
import { createBulk } from './bulk.ts';
import { createJobs } from './jobs.ts';
import { createJobListing, searchPace } from './listing.ts';
import { createLockQueue } from './lock-queue.ts';
import { createPruning } from './repository-pruning.ts';
import { createJobRepository } from './repository.ts';
import { createRetention } from './retention.ts';
import { createJobVerbs } from './verbs.ts';

export type JobParts = ReturnType<typeof createJobParts>;
export type JobContext = Kernel & JobParts;

export function createJobParts(ctx: Context) {
  const { config, catalogue, audit, bus, ops, library, log, untilFree, now } = ctx;
  const repository = createJobRepository(ops, now);
  const disk = createDiskReserve(config.root, () => readFreeBytes(config.root));
  const lockQueue = createLockQueue(repository);
  const libraryRevision = createLibrary(library).revision;
  const acceptance = createAcceptance({
    config,
    catalogue,
    repository,
    lockQueue,
    audit,
    libraryRevision,
    disk,
  });
  const verbs = createJobVerbs({ acceptance, repository, audit, bus, disk });
  const jobs = createJobs(verbs, repository, lockQueue, untilFree);
  const listing = createJobListing(ops, searchPace);
  return {
    repository,
    lockQueue,
    disk,
    jobs,
    /** From now on no new job is accepted. */
    stopAccepting: acceptance.stop,
    listing,
    libraryRevision,
    bulk: createBulk({ jobs, repository, listing, catalogue, log }),
    retention: createRetention({ config, pruning: createPruning(ops), audit, log, now }),
  };
}
