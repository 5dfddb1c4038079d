// The verbs on jobs that people and programs use: enqueue, cancel, retry. Each refusal has its code, comes in a fixed
// order (unknown, arguments, confirmation, lock, stopping) and leaves an audit row. What they commit may not be durable
// yet: callers outside this folder use jobs.ts, which waits for that.
import { randomUUID } from 'node:crypto';
import { checkArguments } from '../core/arguments.ts';
import type { Audit, Requester } from '../core/audit.ts';
import type { Bus } from '../core/bus.ts';
import type { Catalogue } from '../core/catalogue.ts';
import type { Config } from '../core/config.ts';
import type { DiskReserve } from '../core/disk-reserve.ts';
import { AppError } from '../core/errors.ts';
import type { Args, Operation } from '../core/operation.ts';
import { canCancel, canRetry, type Job } from './job.ts';
import type { LockQueue } from './lock-queue.ts';
import { lockedError, prunedError, requireConfirmation } from './refusals.ts';
import type { JobRepository } from './repository.ts';
import type { RunRequest } from './run-request.ts';

export type JobVerbs = ReturnType<typeof createJobVerbs>;

export function createJobVerbs(given: {
  config: Config;
  catalogue: Catalogue;
  repository: JobRepository;
  lockQueue: LockQueue;
  audit: Audit;
  bus: Bus;
  /** The library's present revision, which a plan is compared with. */
  libraryRevision: () => number;
  disk: Pick<DiskReserve, 'assertRoom' | 'withRoom'>;
}) {
  const { config, catalogue, repository, lockQueue, audit, bus, libraryRevision, disk } = given;
  let isStopping = false;

  return {
    /** Commits job, claims and audit row together, and gives the queued job. Throws `not_found`, `invalid_arguments`,
     *  `confirmation_required`, `operation_locked`, `stopping`, `disk_full`. */
    enqueue(request: RunRequest, by: Requester): Job {
      return auditRefusal(refusalOf(request, by), () => {
        const { operation, args } = readRequest(request);
        const job = repository.unsynced(() =>
          repository.transaction(() => accept(operation, args, request, by)),
        );
        bus.emit('job', job);
        return job;
      });
    },

    /** Throws `plan_outdated` when the plan in the arguments does not hold any more. Other errors are left to
     *  `enqueue`. */
    async assertPlan(request: RunRequest, by: Requester): Promise<void> {
      const problem = await checkPlan(request).then(
        () => null,
        (error: unknown) => error,
      );
      auditRefusal(refusalOf(request, by), () => {
        if (problem instanceof AppError && problem.code === 'plan_outdated') throw problem;
      });
    },

    /** Cancels a waiting job at once; asks the runner to end a running one. A second request is no error. Throws
     *  `not_found`, `not_cancellable`. */
    cancel(idOrNumber: string, by: Requester): Job {
      return auditRefusal({ event: 'job.cancel', by, target: `job:${idOrNumber}` }, () => {
        const job = find(idOrNumber);
        const record = ({ number }: Job) =>
          audit.record({ event: 'job.cancel', outcome: 'ok', by, target: `job:${number}` });
        const cancelled = disk.withRoom(() => repository.cancelWaiting(job.id, record));
        if (cancelled) {
          bus.emit('job', cancelled);
          return cancelled;
        }
        const asked = disk.withRoom(() => repository.requestCancel(job.id, record));
        if (asked) {
          bus.emit('job', asked);
          bus.emit('cancel-requested', asked);
          return asked;
        }
        const current = find(idOrNumber);
        if (canCancel(current.status)) return current;
        throw new AppError(
          'not_cancellable',
          `Job #${job.number} has already ended: ${current.status}. There is nothing to cancel.`,
          { status: current.status },
        );
      });
    },

    /** A new job with the same arguments, linked to the old one. A destructive one is confirmed again. Throws
     *  `not_found`, `not_retryable`, and what `enqueue` throws. */
    retry(
      idOrNumber: string,
      request: Pick<RunRequest, 'reason' | 'confirm' | 'whenLocked'>,
      by: Requester,
    ): Job {
      const job = auditRefusal({ event: 'job.retry', by, target: `job:${idOrNumber}` }, () => {
        const found = find(idOrNumber);
        if (canRetry(found.status)) return found;
        throw new AppError(
          'not_retryable',
          `Job #${found.number} is ${found.status}. Only a failed or cancelled job can be retried; run the operation again instead.`,
          { status: found.status },
        );
      });
      return this.enqueue({ ...request, operation: job.operation, args: job.args, retryOf: job.number }, by);
    },

    find,

    /** From now on no new job is accepted. */
    stopAccepting() {
      isStopping = true;
    },
  };

  /** Throws `not_found`, and `pruned` for a job that was removed. */
  function find(idOrNumber: string): Job {
    const job = repository.find(idOrNumber);
    if (job) return job;
    const pruned = repository.findPruned(idOrNumber);
    if (pruned) throw prunedError(pruned);
    throw new AppError('not_found', `There is no job ${JSON.stringify(idOrNumber.slice(0, 80))}.`);
  }

  /** In the order of refusals. */
  function readRequest(request: RunRequest): { operation: Operation; args: Args } {
    const operation = catalogue.get(request.operation);
    const checked = checkArguments(operation.args, request.args);
    const args = operation.check?.(checked, config) ?? checked;
    requireConfirmation(operation, args, request);
    return { operation, args };
  }

  async function checkPlan(request: RunRequest) {
    const { operation, args } = readRequest(request);
    await operation.checkPlan?.(args, { config, libraryRevision });
  }

  function accept(operation: Operation, args: Args, request: RunRequest, by: Requester): Job {
    const claims = operation.locks(args);
    const blocker = lockQueue.blockerOf(claims);
    if (blocker && request.whenLocked !== 'wait') throw lockedError(operation, blocker);
    if (isStopping) throw new AppError('stopping', 'The server is stopping. Try again when it is back.');
    disk.assertRoom();
    const job = repository.insert({
      id: randomUUID(),
      operation: operation.name,
      mode: config.mode,
      requested_by: by.actor,
      request_id: by.requestId,
      reason: request.reason?.trim() || null,
      args,
      max_attempts: operation.retries.maxAttempts,
      retry_of: request.retryOf ?? null,
      claims,
    });
    audit.record({
      event: 'job.accepted',
      outcome: 'ok',
      by,
      target: `job:${job.number}`,
      reason: job.reason,
      detail: { operation: job.operation, args, retry_of: job.retry_of },
    });
    return job;
  }

  function auditRefusal<T>(audited: { event: string; by: Requester; target: string }, work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof AppError) {
        audit.record({
          ...audited,
          outcome: 'refused',
          detail: { code: error.code, message: error.message },
        });
      }
      throw error;
    }
  }
}

function refusalOf({ operation }: RunRequest, by: Requester) {
  return { event: 'job.refused', by, target: `operation:${operation}` };
}
