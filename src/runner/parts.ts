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
  const { config, catalogue, audit, bus, descriptors, library, log, only, now } = ctx;
  const { repository, disk, libraryRevision } = ctx.use(jobs);
  const findApplied = createAppliedFinder(library, config);
  const secretsOf = (operation: Operation) => readSecrets(config, operation);
  const runner = createRunner({
    config,
    catalogue,
    repository,
    audit,
    bus,
    log,
    findApplied,
    libraryRevision,
    secretsOf,
    makeRoom: disk.release,
    hasRoom: () => descriptors.hasRoomFor('job'),
    now,
    only,
  });

  /** Settles the jobs that a dead server has left running. */
  function recover() {
    const { root } = config;
    const recovered = recoverJobs({ root, catalogue, repository, audit, bus, findApplied, secretsOf });
    for (const job of recovered) log.warn({ event: 'job.recovered', ...job }, 'a job was interrupted');
  }

  return { runner, recover };
}
