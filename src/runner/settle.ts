// Records the end of a job: outcome, audit row and freed claims in one commit, the event on the bus, then the sync.
import { systemRequester } from '../core/audit.ts';
import { isDiskFull } from '../core/disk-reserve.ts';
import { busyLimits, isBusy } from '../core/db/busy-retry.ts';
import type { Damage } from '../core/db/damage.ts';
import type { Kernel } from '../core/kernel.ts';
import type { RetryPolicy } from '../core/operation.ts';
import { limitsOf } from '../core/settings/operation-limits.ts';
import type { Failure, Job } from '../jobs/job.ts';
import type { Figures } from '../jobs/repository-reports.ts';
import type { JobRepository } from '../jobs/repository.ts';
import type { Outcome } from './outcome.ts';

export type AttemptOutcome = Outcome & { figures?: Figures };

/** A cancel that came too late to end the child still prevents another attempt. */
const cancelled = { status: 'cancelled', failure: null, isTemporary: false } as const;
/** How long an end waits before it is written again, after a busy or full ops.db refused it. */
export const retryMs = 250;
const backOffMaxMs = 3_600_000;

type Given = Pick<Kernel, 'catalogue' | 'config' | 'audit' | 'bus' | 'damage' | 'log' | 'now'> & {
  repository: JobRepository;
  makeRoom: () => void;
  /** Resolves when every reader sees what the job has changed; never rejects. */
  catchUp: (ended: Job) => Promise<void>;
  /** False once the server stops: an end that cannot be written then within seconds is left to the recovery of the next
   *  start. */
  isRunning: () => boolean;
};

export function createSettlement(given: Given) {
  const { catalogue, repository, audit, bus, damage, log, makeRoom, catchUp, isRunning, now } = given;

  return {
    /** Gives the job once its end is written; null when it was moved by someone else or the server stops first. */
    async settle(job: Job, outcome: AttemptOutcome): Promise<Job | null> {
      noteDamage(damage, outcome.failure);
      if (isRunning()) await catchUp(job);
      const moved = await untilWritten(job, outcome);
      if (!moved) return null;
      // In the same turn as the commit: a reader who finds the job ended finds it counted, too.
      bus.emit('job', moved);
      bus.emit('library');
      await repository.synced().catch((error) => {
        log.error({ err: error, ...nameOf(job) }, 'the end of a job may not be on the disk');
      });
      return moved;
    },

    refuse(job: Job, failure: Failure) {
      const refused = repository.refuse(job.id, failure, (moved) => auditEnd('job.finished', moved));
      if (refused) bus.emit('job', refused);
    },
  };

  /** The job keeps its claims until its end is written. */
  async function untilWritten(job: Job, outcome: AttemptOutcome): Promise<Job | null> {
    for (const deadline = performance.now() + busyLimits.request.maxMs; ; ) {
      try {
        return write(job, outcome);
      } catch (error) {
        log.error({ err: error, ...nameOf(job) }, 'the end of a job is not written yet');
        if (isDiskFull(error)) makeRoom();
        if (!isRunning() && !(isBusy(error) && performance.now() < deadline)) return null;
        await new Promise((resolve) => setTimeout(resolve, retryMs));
      }
    }
  }

  function write(job: Job, ended: AttemptOutcome): Job | null {
    const isCancelled = mayRetry(job, ended) && repository.find(job.id)?.cancel_requested_at != null;
    const outcome = isCancelled ? { ...ended, ...cancelled } : ended;
    const record = (event: string) => (moved: Job) => {
      if (outcome.figures) repository.setFigures(moved, outcome.figures);
      auditEnd(event, moved);
    };
    const { failure } = outcome;
    const operation = mayRetry(job, outcome) ? catalogue.find(job.operation) : null;
    const policy = operation && limitsOf(operation, given.config).retries;
    return repository.unsynced(() => {
      if (!policy || !failure) return repository.finish(job, outcome, record('job.finished'));
      const dueAt = new Date(now().getTime() + backOffMs(policy, job.attempt));
      return repository.retryLater(job, failure, dueAt, record('job.retrying'));
    });
  }

  function auditEnd(event: string, moved: Job) {
    const { number, status, attempt, failure } = moved;
    const outcome = status === 'failed' || status === 'retrying' ? 'failed' : 'ok';
    const transition = repository.transitionOf(moved);
    const detail = { status, attempt, failure: failure?.message ?? null, ...(transition && { transition }) };
    audit.record({ event, outcome, by: systemRequester, target: `job:${number}`, detail });
  }
}

/** Before the end is written, so that nobody sees a failed job and healthy databases. */
function noteDamage(damage: Damage, failure: Failure | null | undefined) {
  if (failure?.detail?.code === 'database_damaged') damage.noteFile(String(failure.detail.file));
}

function nameOf({ id, number }: Job) {
  return { job_id: id, number };
}

function mayRetry({ attempt, max_attempts }: Job, { isTemporary }: AttemptOutcome): boolean {
  return isTemporary && attempt < max_attempts;
}

/** Exponential, with up to a tenth of jitter, capped. */
function backOffMs({ delayMs, backoff }: RetryPolicy, attempt: number): number {
  return Math.min(delayMs * backoff ** (attempt - 1) * (1 + Math.random() / 10), backOffMaxMs);
}
