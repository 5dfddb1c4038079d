// The verbs on jobs that people and programs use: enqueue, cancel, retry. Each refusal has its code, comes in a fixed
// order (unknown, arguments, confirmation, lock, stopping) and leaves an audit row.
import { randomUUID } from 'node:crypto';
import type { Audit, Requester } from '../core/audit.ts';
import type { Bus } from '../core/bus.ts';
import type { Config } from '../core/config.ts';
import { AppError } from '../core/errors.ts';
import { checkArguments } from '../core/arguments.ts';
import type { Catalogue } from '../core/catalogue.ts';
import type { Args, Operation } from '../core/operation.ts';
import { canCancel, canRetry, type Claim, type Job } from './job.ts';
import { findBlocker } from './locks.ts';
import type { Tombstone } from './pruning.ts';
import type { JobRepository } from './repository.ts';

export type RunRequest = {
  operation: string;
  args: Args;
  reason?: string | undefined;
  confirm?: string | undefined;
  /** `wait`: take a place in the lock line. Otherwise a job that cannot start at once is refused. */
  whenLocked?: 'wait' | undefined;
  retryOf?: number;
};

/** Who is in the way: a holder, or the first waiter ahead. `usual_sec` is null without a history. */
export type Blocker = {
  job_id: string;
  number: number;
  operation: string;
  actor: string;
  since: string;
  usual_sec: number | null;
};

export type Jobs = ReturnType<typeof createJobs>;

export const leastReasonLength = 5;

export function createJobs(given: {
  config: Config;
  catalogue: Catalogue;
  repository: JobRepository;
  audit: Audit;
  bus: Bus;
  /** Of the library now; with it plans are looked at. */
  libraryRevision?: () => number;
  /** Throws `disk_full` when there is no room for another job. */
  assertRoom?: () => void;
  /** Runs what must be possible on a full disk, too. */
  withRoom?: <T>(work: () => T) => T;
}) {
  const { config, catalogue, repository, audit, bus } = given;
  const { assertRoom = () => {}, withRoom = (work) => work(), libraryRevision = () => 0 } = given;
  let isStopping = false;

  return {
    /** Commits job, claims and audit row together, and gives the queued job; nobody may rely on it before
     *  `repository.synced` settles. Throws `not_found`, `invalid_arguments`, `confirmation_required`,
     *  `operation_locked`, `stopping`, `disk_full`. */
    enqueue(request: RunRequest, by: Requester): Job {
      return refusalsAudited(refusalOf(request, by), () => {
        const { operation, args } = readRequest(request);
        const job = repository.unsynced(() =>
          repository.transaction(() => accept(operation, args, request, by)),
        );
        bus.emit('job', job);
        return job;
      });
    },

    /** For who can wait for it before `enqueue`: throws `plan_outdated` when the plan in the arguments does not hold any
     *  more. Any other fault is for `enqueue`, or for the script, to tell. */
    async assertPlan(request: RunRequest, by: Requester): Promise<void> {
      const problem = await lookAtPlan(request).then(
        () => null,
        (error: unknown) => error,
      );
      refusalsAudited(refusalOf(request, by), () => {
        if (problem instanceof AppError && problem.code === 'plan_outdated') throw problem;
      });
    },

    /** A waiting job is cancelled at once; of a running one the runner ends the processes. Throws `not_found`,
     *  `not_cancellable`. Asking twice is not an error. */
    cancel(idOrNumber: string, by: Requester): Job {
      const audited = { event: 'job.cancel', by, target: `job:${idOrNumber}` };
      return refusalsAudited(audited, () => {
        const job = find(idOrNumber);
        const record = ({ number }: Job) =>
          audit.record({ event: 'job.cancel', outcome: 'ok', by, target: `job:${number}` });
        const cancelled = withRoom(() => repository.cancelWaiting(job.id, record));
        if (cancelled) {
          bus.emit('job', cancelled);
          return cancelled;
        }
        const asked = withRoom(() => repository.requestCancel(job.id, record));
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
      const job = refusalsAudited({ event: 'job.retry', by, target: `job:${idOrNumber}` }, () => {
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

    /** The job that a run with these arguments would have to wait for; null when it could start at once. */
    blockerOf(operation: Operation, args: Args): Blocker | null {
      return blockerOf(operation.locks(args));
    },

    /** The job ahead of a waiting one. */
    waitsFor(job: Job): Blocker | null {
      if (job.status !== 'queued') return null;
      return blockerOf(repository.claimsOf(job.id), job.id);
    },

    /** From now on nothing new is accepted. */
    stopAccepting() {
      isStopping = true;
    },
  };

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

  async function lookAtPlan(request: RunRequest) {
    const { operation, args } = readRequest(request);
    await operation.checkPlan?.(args, { config, libraryRevision });
  }

  function accept(operation: Operation, args: Args, request: RunRequest, by: Requester): Job {
    const claims = operation.locks(args);
    const blocker = blockerOf(claims);
    if (blocker && request.whenLocked !== 'wait') throw locked(operation, blocker);
    if (isStopping) throw new AppError('stopping', 'The server is stopping. Try again when it is back.');
    assertRoom();
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

  function blockerOf(claims: Claim[], waiterId?: string): Blocker | null {
    const line = repository.line();
    const own = line.findIndex((place) => place.jobId === waiterId);
    const ahead = own < 0 ? line : line.filter((place, at) => place.isHeld || at < own);
    const place = findBlocker(claims, ahead);
    const job = place && repository.find(place.jobId);
    if (!job) return null;
    return {
      job_id: job.id,
      number: job.number,
      operation: job.operation,
      actor: job.requested_by,
      since: job.started_at ?? job.created_at,
      usual_sec: repository.usualSec(job.operation),
    };
  }

  function refusalsAudited<T>(audited: { event: string; by: Requester; target: string }, work: () => T): T {
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

/** Throws `confirmation_required` unless a destructive run comes with a reason and its word. */
export function requireConfirmation(
  operation: Operation,
  args: Args,
  request: Pick<RunRequest, 'reason' | 'confirm'>,
) {
  if (operation.danger(args) !== 'destructive') return;
  const problems = [];
  if ([...(request.reason ?? '').trim()].length < leastReasonLength) {
    problems.push({
      field: 'reason',
      message: `Write a reason of at least ${leastReasonLength} characters. It is kept in the audit log.`,
    });
  }
  if (request.confirm?.trim() !== operation.confirmWord) {
    problems.push({ field: 'confirm', message: `Type ${operation.confirmWord} to confirm.` });
  }
  if (problems.length === 0) return;
  throw new AppError('confirmation_required', problems.map((problem) => problem.message).join(' '), {
    problems,
    word: operation.confirmWord,
  });
}

/** A link to a job outlives the job. */
function prunedError({ number, id, operation, status, finished_at, pruned_at }: Tombstone): AppError {
  const day = (iso: string) => iso.slice(0, 10);
  return new AppError(
    'pruned',
    `Job #${number} was ${operation}; it ${endings[status] ?? 'ended'} on ${day(finished_at)}. It was removed on ${day(pruned_at)}, because ended jobs are kept for a limited time. The audit log still has it.`,
    { number, job_id: id, operation, status, finished_at, pruned_at },
  );
}

const endings: Record<string, string> = {
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'was cancelled',
};

function locked(operation: Operation, blocker: Blocker): AppError {
  return new AppError(
    'operation_locked',
    `${operation.title} cannot start now: ${blocker.operation} #${blocker.number} by ${blocker.actor} is ahead. Queue it, or try again when that job has ended.`,
    { holder: blocker },
  );
}
