// The runner: starts jobs as child processes, ends them, and records how they ended.
import type { Context } from '../core/kernel.ts';
import type { Operation } from '../core/operation.ts';
import { readSecrets } from '../core/secrets.ts';
import { costStore } from '../cost-store/feature.ts';
import { jobs } from '../jobs/feature.ts';
import { logStore } from '../log-store/feature.ts';
import type { Feature } from '../web/feature.ts';
import { windowStore } from '../window-store/feature.ts';
import { createAppliedFinder } from './applied.ts';
import { keepJobWindows } from './job-windows.ts';
import { lostJobsCheck } from './lost-jobs.ts';
import { recoverJobs } from './recovery.ts';
import { createRunner } from './runner.ts';
import { runnerCheck } from './runner-check.ts';

export const runner: Feature<ReturnType<typeof createRunnerParts>> = {
  name: 'runner',
  create: createRunnerParts,
  lifecycle: ({ runner, recover }) => ({
    recover,
    start: runner.start,
    startByHand: runner.start,
    stop: runner.stop,
  }),
  checks: (ctx) => [runnerCheck(ctx), lostJobsCheck(ctx, ctx.lostJobs)],
};

function createRunnerParts(ctx: Context) {
  const { config, descriptors, library, log } = ctx;
  const { repository, windowClaims, listing, disk, readArguments, assertPossible, current } = ctx.use(jobs);
  keepJobWindows({ ...ctx, repository, windowClaims, windows: ctx.use(windowStore).windowRepository });
  const given = {
    ...ctx,
    repository,
    windowClaims,
    findApplied: createAppliedFinder(library, config),
    secretsOf: (operation: Operation) => readSecrets(config, operation),
  };
  ctx.redactor.add(() => ctx.catalogue.all().flatMap((operation) => readSecrets(config, operation)));
  const hasSpareDescriptors = () => descriptors.hasRoomFor('job');
  const runner = createRunner({
    ...given,
    readArguments,
    assertPossible,
    current,
    makeRoom: disk.release,
    usage: ctx.use(costStore).usage,
    logStore: ctx.use(logStore).logStore,
    hasSpareDescriptors,
  });

  let lost: number[] = [];

  /** Settles the jobs that a dead server has left running. */
  function recover() {
    const settled = recoverJobs(given);
    lost = settled.filter(({ status }) => status === 'failed').map(({ number }) => number);
    for (const job of settled) log.warn({ event: 'job.recovered', ...job }, 'a job was interrupted');
  }

  return { runner, recover, repository, listing, lostJobs: () => lost };
}
