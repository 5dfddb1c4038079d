// Runs one attempt of a job that was just started, and decides how it ended.
import type { Kernel } from '../core/kernel.ts';
import type { Operation } from '../core/operation.ts';
import { maskerFor } from '../core/secrets.ts';
import type { Job } from '../jobs/job.ts';
import type { JobRepository } from '../jobs/repository.ts';
import { createEndFinder, type FindApplied } from './applied.ts';
import { type Attempt, startAttempt } from './attempt.ts';
import { decideOutcome, type Outcome, spawnFailure } from './outcome.ts';
import { recordAttempt } from './record.ts';
import type { AttemptOutcome } from './settle.ts';

const noopOutcome: Outcome = { status: 'succeeded', result: { mode: 'noop' }, isTemporary: false };

type Given = Pick<Kernel, 'config' | 'catalogue' | 'bus' | 'log' | 'now'> & {
  repository: JobRepository;
  findApplied: FindApplied;
  secretsOf: (operation: Operation) => string[];
};

/** Gives a function that never rejects: a script that cannot be started is a `spawn_failed` outcome. `onStart` gets the
 *  attempt as soon as it can be ended. */
export function createAttemptRunner(given: Given) {
  const { config, catalogue, repository, bus, log, findApplied, secretsOf, now } = given;
  const findEnd = createEndFinder(findApplied);

  return async (job: Job, onStart: (attempt: Attempt) => void): Promise<AttemptOutcome> => {
    try {
      bus.emit('job', job);
      return job.mode === 'noop' ? noopOutcome : await run(job, onStart);
    } catch (error) {
      log.error({ err: error, job_id: job.id, number: job.number }, 'the script could not be started');
      return spawnFailure((error as Error).message);
    }
  };

  async function run(job: Job, onStart: (attempt: Attempt) => void): Promise<AttemptOutcome> {
    const operation = catalogue.find(job.operation);
    if (!operation) throw new Error(`the operation ${job.operation} is no longer in the catalogue`);
    const mask = maskerFor(secretsOf(operation));
    // A cancel between the start and this moment found no attempt to end.
    const isCancelled = repository.find(job.id)?.cancel_requested_at != null;
    const events = recordAttempt(job, given);
    const attempt = startAttempt({ job, operation, config, events, mask, now });
    onStart(attempt);
    if (isCancelled) attempt.end('cancelled');
    const facts = await attempt.finished;
    const outcome = decideOutcome({ ...facts, ...(await findEnd(job, facts)) });
    const figures = { logBytes: facts.logBytes, ...facts.usage, progress: events.lastProgress() };
    return { ...mask.value(outcome), figures };
  }
}
