// Ticks the steps whose job has succeeded, and no others: a step whose job has failed or was cancelled stays open.
import type { ChecklistItem } from '../checklist/checklist.ts';
import type { ChecklistRepository } from '../checklist/checklist-repository.ts';
import { systemRequester } from '../core/audit.ts';
import type { Kernel } from '../core/kernel.ts';
import type { RunRepository } from './run-repository.ts';
import { linkArgs } from './run-steps.ts';
import { followJob, fulfils } from './step-job.ts';
import { readStep } from './steps.ts';

type Given = Pick<Kernel, 'audit' | 'bus' | 'catalogue' | 'log' | 'untilFree'> &
  Parameters<typeof followJob>[0] & {
    runRepository: Pick<RunRepository, 'stepsWithJobs' | 'transaction'>;
    checklistRepository: Pick<ChecklistRepository, 'change'>;
  };

export function createStepTicker(given: Given) {
  const { audit, bus, log, untilFree, runRepository, checklistRepository } = given;

  const onJob = ({ status }: { status: string }) => {
    if (status === 'succeeded') void tick();
  };

  return {
    tick,

    /** Ticks the steps whose jobs succeeded while no server ran, and from now on each step when its job succeeds. */
    async start() {
      bus.on('job', onJob);
      await tick();
    },

    stop: () => void bus.off('job', onJob),
  };

  /** Never rejects: a step that could not be ticked is ticked after the next job, or at the next start. */
  async function tick() {
    try {
      if (runRepository.stepsWithJobs().length === 0) return;
      const ticked = await untilFree(() => runRepository.transaction(tickAll));
      if (ticked > 0) bus.emit('runs');
    } catch (error) {
      log.error({ err: error }, 'a step of a run could not be ticked; tried again after the next job');
    }
  }

  /** Part of a transaction. */
  function tickAll(): number {
    const done = runRepository.stepsWithJobs().flatMap((item) => {
      const job = findSuccess(given, item);
      return job ? [{ item, job }] : [];
    });
    for (const { item, job } of done) {
      const { number, finished_at: at, requested_by: actor } = job;
      checklistRepository.change(item.id, { state: 'done', at, actor, note: null, job: number });
      const detail = {
        step: item.n,
        title: readStep(item.text).title,
        job: number,
        before: { state: item.state },
        after: { state: 'done' },
      };
      const event = 'run.step_done';
      audit.record({ event, outcome: 'ok', by: systemRequester, target: item.of, detail });
    }
    return done.length;
  }
}

/** The job that has done the work of the step; null while there is none. */
function findSuccess(given: Given, { text, job: number }: ChecklistItem) {
  const link = readStep(text).operation;
  const job = number === null ? null : followJob(given, number);
  if (!job || !link) return null;
  const operation = given.catalogue.find(job.operation);
  return fulfils(job, operation, operation ? linkArgs(operation, link) : {}) ? job : null;
}
