// The verbs on jobs that people and programs use: enqueue, cancel, retry. Each refusal has its code and leaves an audit
// row. What they commit may not be durable yet: callers outside this folder use jobs.ts, which waits for that.
import { randomUUID } from 'node:crypto';
import { type AuditEntry, auditRefusal, type Requester } from '../core/audit.ts';
import type { DiskReserve } from '../core/disk-reserve.ts';
import { AppError } from '../core/errors.ts';
import type { Kernel } from '../core/kernel.ts';
import type { Args, LibraryState, Operation, PlanState } from '../core/operation.ts';
import { jobActions, jobTarget, operationTarget, runAction } from './actions.ts';
import { canCancel, canRetry, type Claim, type Job } from './job.ts';
import type { LockQueue } from './lock-queue.ts';
import { nameBlocker } from './name-blocker.ts';
import { prunedError, requireConfirmation, requireRole } from './refusals.ts';
import { limitsOf } from '../core/settings/operation-limits.ts';
import { currentTraceparent } from '../core/trace.ts';
import type { AssertPossible, ReadArguments } from '../core/read-arguments.ts';
import type { JobRepository } from './repository.ts';
import type { RetryRequest, RunRequest } from './run-request.ts';
import { scheduleClaims } from './schedule-claims.ts';
import type { WindowClaims } from './window-claims.ts';
import { maintenanceError } from '../window-store/refusal.ts';
import { mayWaitBehind } from '../window-store/window.ts';

export type JobVerbs = ReturnType<typeof createJobVerbs>;

/** Writes what must be committed together with a new job; if it throws, there is no job. */
export type Alongside = (job: Job) => void;

type Given = Pick<Kernel, 'config' | 'catalogue' | 'audit' | 'bus' | 'dataRoot' | 'now'> & {
  repository: JobRepository;
  lockQueue: LockQueue;
  windowClaims: Pick<WindowClaims, 'keepUp'>;
  readArguments: ReadArguments;
  assertPossible: AssertPossible;
  current: PlanState;
  libraryState: LibraryState;
  disk: Pick<DiskReserve, 'assertRoom' | 'withRoom'>;
};

export function createJobVerbs(given: Given) {
  const { repository, audit } = given;
  const find = (idOrNumber: string) => findJob(repository, idOrNumber);
  const { assertAccepting, stop } = createAcceptance(given);

  const enqueue = (request: RunRequest, by: Requester, alongside?: Alongside) =>
    enqueueJob(given, assertAccepting, request, by, alongside);

  return {
    find,

    /** Throws `stopping`, `temporary` or `disk_full` while no job can be accepted. */
    assertAccepting,

    /** Commits job, claims and audit row together, and gives the queued job. Throws `not_found`, `invalid_arguments`,
     *  `forbidden`, `confirmation_required`, `maintenance`, `operation_locked`, `stopping`, `disk_full`. */
    enqueue: (request: RunRequest, by: Requester, alongside?: Alongside): Job =>
      auditRefusal(audit, refusalOf(request, by), () => enqueue(request, by, alongside)),

    /** Throws `plan_outdated` when the plan does not hold any more. Other errors are left to `enqueue`. */
    async assertPlan(request: RunRequest, by: Requester): Promise<void> {
      const problem = await checkPlan(given, request, by).catch((error: unknown) => error);
      auditRefusal(audit, refusalOf(request, by), () => {
        if (problem instanceof AppError && problem.code === 'plan_outdated') throw problem;
      });
    },

    /** Cancels a waiting job at once; asks the runner to end a running one. A second request is no error. Throws
     *  `not_found`, `not_cancellable`. */
    cancel: (idOrNumber: string, by: Requester): Job =>
      auditRefusal(audit, { event: jobActions.cancel.name, by, target: jobTarget(idOrNumber) }, () =>
        cancelJob(given, find(idOrNumber), by),
      ),

    /** A new job with the same arguments, linked to the old one. A destructive one is confirmed again. Throws
     *  `not_found`, `not_retryable`, and what `enqueue` throws. */
    retry(idOrNumber: string, request: RetryRequest, by: Requester): Job {
      const entry = { event: jobActions.retry.refused, by, target: jobTarget(idOrNumber) };
      return auditRefusal(audit, entry, () => {
        const { operation, args, number, status } = find(idOrNumber);
        const retried = { ...request, operation, args, retryOf: number };
        if (canRetry(status)) return enqueue(retried, by);
        // No word makes it possible, so none is asked for.
        readAllowed(given, retried, by);
        const message = `Job #${number} is ${status}. Only a failed or cancelled job can be retried; run the operation again instead.`;
        throw new AppError('not_retryable', message, { status });
      });
    },

    /** From now on no new job is accepted. */
    stop,
  };
}

function enqueueJob(
  given: Given,
  assertAccepting: () => void,
  request: RunRequest,
  by: Requester,
  alongside?: Alongside,
): Job {
  const { bus, repository } = given;
  const read = readRequest(given, request, by);
  given.windowClaims.keepUp();
  const job = repository.unsynced(() =>
    repository.transaction(() => {
      const accepted = accept(given, read, request, by, assertAccepting);
      alongside?.(accepted);
      return accepted;
    }),
  );
  bus.emit('job', job);
  return job;
}

function createAcceptance({ dataRoot, disk }: Pick<Given, 'dataRoot' | 'disk'>) {
  let isStopping = false;
  return {
    assertAccepting() {
      if (isStopping) throw new AppError('stopping', 'The server is stopping. Try again when it is back.');
      dataRoot.assertIntact();
      disk.assertRoom();
    },
    stop() {
      isStopping = true;
    },
  };
}

type Read = { operation: Operation; args: Args };

function readRequest(given: Given, request: RunRequest, by: Requester): Read {
  const { operation, args } = readAllowed(given, request, by);
  requireConfirmation(operation, args, request);
  given.assertPossible(operation, args);
  return { operation, args };
}

function readAllowed(
  { catalogue, readArguments, libraryState }: Given,
  request: RunRequest,
  by: Requester,
): Read {
  const operation = catalogue.get(request.operation);
  const checked = readArguments(operation, request.args);
  const args = operation.derive?.(checked, libraryState) ?? checked;
  requireRole(operation, args, by);
  return { operation, args };
}

async function checkPlan(given: Given, request: RunRequest, by: Requester) {
  const { operation, args } = readRequest(given, request, by);
  await operation.checkPlan?.(args, given.current);
}

function accept(given: Given, read: Read, request: RunRequest, by: Requester, assertAccepting: () => void) {
  const { operation, args } = read;
  const { config, repository, lockQueue, audit } = given;
  const claims = [...operation.locks(args), ...scheduleClaims(request.schedule, request.isMadeUp)];
  const overridden = passWindow(given, claims, request, by);
  const ignoresWindows = overridden !== null;
  const blocker = lockQueue.blockerOf(claims, { ignoresWindows });
  if (blocker && request.whenLocked !== 'wait') {
    const ahead = `${nameBlocker(blocker)} by ${blocker.actor} is ahead`;
    const message = `${operation.title} cannot start now: ${ahead}. Queue it, or try again after that job ends.`;
    throw new AppError('operation_locked', message, { holder: blocker });
  }
  assertAccepting();
  const job = repository.insert({
    id: randomUUID(),
    operation: operation.name,
    mode: config.mode,
    requested_by: by.actor,
    request_id: by.requestId,
    traceparent: by.requestId === null ? null : currentTraceparent(),
    reason: request.reason?.trim() || null,
    args,
    max_attempts: limitsOf(operation, config).retries.maxAttempts,
    retry_of: request.retryOf ?? null,
    schedule: request.schedule ?? null,
    isMadeUp: request.isMadeUp ?? false,
    claims,
    ignoresWindows,
  });
  const { number, reason, retry_of } = job;
  const detail = {
    operation: job.operation,
    args,
    retry_of,
    ...(job.schedule && { schedule: job.schedule }),
    ...(overridden && { overridden }),
  };
  audit.record({ event: runAction.name, outcome: 'ok', by, target: jobTarget(number), reason, detail });
  return job;
}

/** Refuses a job that a maintenance window holds back, unless it may wait for the end of the window. Returns the window that an
 *  admin overrides; null without one. */
function passWindow({ lockQueue, now }: Given, claims: Claim[], { whenLocked }: RunRequest, by: Requester) {
  const window = lockQueue.windowOver(claims);
  if (!window) return null;
  if (by.override) return { window: window.id, level: window.level, reason: by.override };
  if (whenLocked === 'wait' && mayWaitBehind(window.level)) return null;
  throw maintenanceError(window, now());
}

function findJob(repository: JobRepository, idOrNumber: string): Job {
  const job = repository.find(idOrNumber);
  if (job) return job;
  const pruned = repository.findPruned(idOrNumber);
  if (pruned) throw prunedError(pruned);
  throw new AppError('not_found', `There is no job ${JSON.stringify(idOrNumber.slice(0, 80))}.`);
}

function cancelJob({ repository, audit, bus, disk }: Given, { id }: Job, by: Requester): Job {
  const record = ({ number }: Job) =>
    audit.record({ event: jobActions.cancel.name, outcome: 'ok', by, target: jobTarget(number) });
  const cancelled = disk.withRoom(() => repository.cancelWaiting(id, record));
  const moved = cancelled ?? disk.withRoom(() => repository.requestCancel(id, record));
  if (moved) {
    bus.emit('job', moved);
    if (!cancelled) bus.emit('cancel-requested', moved);
    return moved;
  }
  const current = findJob(repository, id);
  const { number, status } = current;
  if (canCancel(status)) return current;
  const message = `Job #${number} has already ended: ${status}. There is nothing to cancel.`;
  throw new AppError('not_cancellable', message, { status });
}

function refusalOf({ operation }: RunRequest, by: Requester): AuditEntry {
  return { event: runAction.refused, by, target: operationTarget(operation) };
}
