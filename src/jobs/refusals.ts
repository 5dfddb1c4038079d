// Refuses a destructive run without an admin, or unconfirmed, and a link to a job that was removed.
import type { Requester } from '../core/audit.ts';
import type { ArgumentProblem } from '../core/arguments.ts';
import { assertConfirmed, missingConfirmation } from '../core/confirmation.ts';
import { AppError } from '../core/errors.ts';
import type { Args, LibraryState, Operation } from '../core/operation.ts';
import { assertRole, type Role } from '../core/role.ts';
import type { Tombstone } from './repository-pruning.ts';
import type { RetryRequest } from './run-request.ts';

/** Throws `forbidden` for a destructive run by anyone but an admin. */
export function requireRole(operation: Operation, args: Args, { role }: Requester) {
  assertRole(role, leastRoleFor(operation, args));
}

/** The least role that may run the operation with these arguments. */
export function leastRoleFor(operation: Operation, args: Args): Role {
  return operation.role?.(args) ?? (operation.danger(args) === 'destructive' ? 'admin' : 'operator');
}

/** The least role for the run that a form offers with these arguments: for its plan, where a plan comes first. */
export function leastRoleToOffer(operation: Operation, args: Args, library: LibraryState): Role {
  const derived = operation.derive?.(args, library) ?? args;
  const isPlan = operation.plansFirst?.(derived, library) === true;
  return leastRoleFor(operation, isPlan ? { ...derived, dry_run: true } : derived);
}

/** Throws `confirmation_required` unless a destructive run has a reason and the confirmation word. */
export function requireConfirmation(operation: Operation, args: Args, request: RetryRequest) {
  if (operation.danger(args) === 'destructive') assertConfirmed(request, operation.confirmWord);
}

/** Lists what a destructive run lacks: the reason, the confirmation word. */
export function confirmationProblems(
  operation: Operation,
  args: Args,
  request: RetryRequest,
): ArgumentProblem[] {
  return operation.danger(args) === 'destructive' ? missingConfirmation(request, operation.confirmWord) : [];
}

/** For a link to a job that was removed, by retention or by a person. */
export function prunedError(job: Tombstone): AppError {
  const { number, id, operation, status, finished_at, pruned_at } = job;
  const day = (iso: string) => iso.slice(0, 10);
  const message = `Job #${number} was ${operation}; it ${endings[status] ?? 'ended'} on ${day(finished_at)}. It was removed on ${day(pruned_at)}. The audit log still has it.`;
  return new AppError('pruned', message, { number, job_id: id, operation, status, finished_at, pruned_at });
}

const endings: Record<string, string> = {
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'was cancelled',
};
