// The verbs on jobs that people and programs use: enqueue, cancel, retry. Each refusal has its code and leaves an audit
// row. What they commit may not be durable yet: callers outside this folder use jobs.ts, which waits for that.
import type { Audit, Requester } from '../core/audit.ts';
import type { Bus } from '../core/bus.ts';
import type { DiskReserve } from '../core/disk-reserve.ts';
import { AppError } from '../core/errors.ts';
import type { Acceptance } from './acceptance.ts';
import { canCancel, canRetry, type Job } from './job.ts';
import { notCancellableError, notRetryableError, prunedError } from './refusals.ts';
import type { JobRepository } from './repository.ts';
import type { RunRequest } from './run-request.ts';

export type JobVerbs = ReturnType<typeof createJobVerbs>;

type Given = {
  acceptance: Acceptance;
  repository: JobRepository;
  audit: Audit;
  bus: Bus;
  disk: Pick<DiskReserve, 'withRoom'>;
};

export function createJobVerbs(given: Given) {
  const { acceptance, repository, audit, bus } = given;
  const find = (idOrNumber: string) => findJob(repository, idOrNumber);

  return {
    find,

    /** Commits job, claims and audit row together, and gives the queued job. Throws `not_found`, `invalid_arguments`,
     *  `confirmation_required`, `operation_locked`, `stopping`, `disk_full`. */
    enqueue(request: RunRequest, by: Requester): Job {
      return auditRefusal(audit, refusalOf(request, by), () => {
        const read = acceptance.read(request);
        const job = repository.unsynced(() =>
          repository.transaction(() => acceptance.accept(read, request, by)),
        );
        bus.emit('job', job);
        return job;
      });
    },

    /** Throws `plan_outdated` when the plan in the arguments does not hold any more. Other errors are left to
     *  `enqueue`. */
    async assertPlan(request: RunRequest, by: Requester): Promise<void> {
      const problem = await (async () => acceptance.checkPlan(acceptance.read(request)))().catch(
        (error: unknown) => error,
      );
      auditRefusal(audit, refusalOf(request, by), () => {
        if (problem instanceof AppError && problem.code === 'plan_outdated') throw problem;
      });
    },

    /** Cancels a waiting job at once; asks the runner to end a running one. A second request is no error. Throws
     *  `not_found`, `not_cancellable`. */
    cancel: (idOrNumber: string, by: Requester): Job =>
      auditRefusal(audit, { event: 'job.cancel', by, target: `job:${idOrNumber}` }, () =>
        cancelJob(given, find(idOrNumber), by),
      ),

    /** A new job with the same arguments, linked to the old one. A destructive one is confirmed again. Throws
     *  `not_found`, `not_retryable`, and what `enqueue` throws. */
    retry(
      idOrNumber: string,
      request: Pick<RunRequest, 'reason' | 'confirm' | 'whenLocked'>,
      by: Requester,
    ): Job {
      const job = auditRefusal(audit, { event: 'job.retry', by, target: `job:${idOrNumber}` }, () => {
        const found = find(idOrNumber);
        if (canRetry(found.status)) return found;
        throw notRetryableError(found);
      });
      return this.enqueue({ ...request, operation: job.operation, args: job.args, retryOf: job.number }, by);
    },
  };
}

/** Throws `not_found`, and `pruned` for a job that was removed. */
function findJob(repository: JobRepository, idOrNumber: string): Job {
  const job = repository.find(idOrNumber);
  if (job) return job;
  const pruned = repository.findPruned(idOrNumber);
  if (pruned) throw prunedError(pruned);
  throw new AppError('not_found', `There is no job ${JSON.stringify(idOrNumber.slice(0, 80))}.`);
}

function cancelJob({ repository, audit, bus, disk }: Given, { id }: Job, by: Requester): Job {
  const record = ({ number }: Job) =>
    audit.record({ event: 'job.cancel', outcome: 'ok', by, target: `job:${number}` });
  const cancelled = disk.withRoom(() => repository.cancelWaiting(id, record));
  if (cancelled) {
    bus.emit('job', cancelled);
    return cancelled;
  }
  const asked = disk.withRoom(() => repository.requestCancel(id, record));
  if (asked) {
    bus.emit('job', asked);
    bus.emit('cancel-requested', asked);
    return asked;
  }
  const current = findJob(repository, id);
  if (canCancel(current.status)) return current;
  throw notCancellableError(current);
}

function auditRefusal<T>(
  audit: Audit,
  audited: { event: string; by: Requester; target: string },
  work: () => T,
): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof AppError) {
      const detail = { code: error.code, message: error.message };
      audit.record({ ...audited, outcome: 'refused', detail });
    }
    throw error;
  }
}

function refusalOf({ operation }: RunRequest, by: Requester) {
  return { event: 'job.refused', by, target: `operation:${operation}` };
}
