// The errors of refused job requests.
import { AppError } from '../core/errors.ts';
import type { Args, Operation } from '../core/operation.ts';
import type { Job } from './job.ts';
import type { Blocker } from './lock-queue.ts';
import type { Tombstone } from './repository-pruning.ts';
import type { RunRequest } from './run-request.ts';

export const reasonMinLength = 5;

/** Throws `confirmation_required` unless a destructive run has a reason and the confirmation word. */
export function requireConfirmation(
  operation: Operation,
  args: Args,
  request: Pick<RunRequest, 'reason' | 'confirm'>,
) {
  if (operation.danger(args) !== 'destructive') return;
  const problems = [];
  if ([...(request.reason ?? '').trim()].length < reasonMinLength) {
    problems.push({
      field: 'reason',
      message: `Write a reason of at least ${reasonMinLength} characters. It is kept in the audit log.`,
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

export function lockedError(operation: Operation, blocker: Blocker): AppError {
  return new AppError(
    'operation_locked',
    `${operation.title} cannot start now: ${blocker.operation} #${blocker.number} by ${blocker.actor} is ahead. Queue it, or try again after that job ends.`,
    { holder: blocker },
  );
}

export function stoppingError(): AppError {
  return new AppError('stopping', 'The server is stopping. Try again when it is back.');
}

export function notCancellableError({ number, status }: Job): AppError {
  const message = `Job #${number} has already ended: ${status}. There is nothing to cancel.`;
  return new AppError('not_cancellable', message, { status });
}

export function notRetryableError({ number, status }: Job): AppError {
  const message = `Job #${number} is ${status}. Only a failed or cancelled job can be retried; run the operation again instead.`;
  return new AppError('not_retryable', message, { status });
}

/** For a link to a job that retention has removed. */
export function prunedError(job: Tombstone): AppError {
  const { number, id, operation, status, finished_at, pruned_at } = job;
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
