// What the feature consists of, built from the kernel and the features before it.
import type { Context } from '../core/kernel.ts';
import type { Operation } from '../core/operation.ts';
import { readSecrets } from '../core/secrets.ts';
import { jobs } from '../jobs/feature.ts';
import { createAppliedFinder } from './applied.ts';
import { recoverJobs } from './recovery.ts';
import { createRunner } from './runner.ts';

export type RunnerParts = ReturnType<typeof createRunnerParts>;

export function createRunnerParts(ctx: Context) {
  const { config, descriptors, library, log } = ctx;
  const { repository, disk, libraryRevision } = ctx.use(jobs);
  const given = {
    ...ctx,
    repository,
    findApplied: createAppliedFinder(library, config),
    secretsOf: (operation: Operation) => readSecrets(config, operation),
  };
  const hasSpareDescriptors = () => descriptors.hasRoomFor('job');
  const runner = createRunner({ ...given, libraryRevision, makeRoom: disk.release, hasSpareDescriptors });

  /** Settles the jobs that a dead server has left running. */
  function recover() {
    for (const job of recoverJobs(given))
      log.warn({ event: 'job.recovered', ...job }, 'a job was interrupted');
  }

  return { runner, recover };
}
