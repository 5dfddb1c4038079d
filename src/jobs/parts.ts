// Builds the objects of the feature from the kernel and the features before it.
import { access } from '../access/feature.ts';
import { createDiskReserve, readFreeBytes } from '../core/disk-reserve.ts';
import type { LibraryState } from '../core/operation.ts';
import { createLibrary } from '../library/repository.ts';
import { scheduleStore } from '../schedule-store/feature.ts';
import { sourceStore } from '../source-store/feature.ts';
import { windowStore } from '../window-store/feature.ts';
import type { Context, Kernel } from '../core/kernel.ts';
import { createJobs } from './jobs.ts';
import { createJobListing, searchPace } from './listing.ts';
import { createLockQueue } from './lock-queue.ts';
import { createClaims } from './repository-claims.ts';
import { createPruning } from './repository-pruning.ts';
import { createAssertPossible, createReadArguments } from '../core/read-arguments.ts';
import { createJobRepository } from './repository.ts';
import { createRemoval } from './removal.ts';
import { createRetention } from './retention.ts';
import { createJobVerbs } from './verbs.ts';
import { createWindowClaims } from './window-claims.ts';

export type JobContext = Kernel & ReturnType<typeof createJobParts>;

export function createJobParts(ctx: Context) {
  const { config, ops, library, options, untilFree, now } = ctx;
  const repository = createJobRepository(ops, now);
  const disk = createDiskReserve(config, () => readFreeBytes(config.root));
  const { windowRepository: windows } = ctx.use(windowStore);
  const lockQueue = createLockQueue(repository, windows, ctx.catalogue, config);
  const windowClaims = createWindowClaims({ ...ctx, windows, claims: createClaims(ops) });
  const { sourceRepository: sources } = ctx.use(sourceStore);
  const { revision: libraryRevision, isEmpty } = createLibrary(library);
  const libraryState: LibraryState = { isEmpty };
  const records = { jobs: repository, sources };
  const readArguments = createReadArguments({ config, records, options });
  const assertPossible = createAssertPossible({ config, records });
  const current = { config, sources, libraryRevision };
  const parts = {
    repository,
    lockQueue,
    windowClaims,
    readArguments,
    assertPossible,
    current,
    libraryState,
    disk,
  };
  const verbs = createJobVerbs({ ...ctx, ...parts });
  const jobs = createJobs(verbs, repository, lockQueue, untilFree);
  const listing = createJobListing(ops, searchPace);
  const evidence = ctx.catalogue.all().filter(({ isEvidence }) => isEvidence);
  const pruning = createPruning(
    ops,
    evidence.map(({ name }) => name),
  );
  const removal = createRemoval({ ...ctx, pruning, repository, find: verbs.find });
  return {
    ...parts,
    ...ctx.use(scheduleStore),
    authenticate: ctx.use(access).authenticate,
    jobs,
    stopAccepting: verbs.stop,
    listing,
    removal,
    retention: createRetention({ ...ctx, pruning, removal }),
  };
}
