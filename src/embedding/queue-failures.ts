// Failed attempts and deaths with a claim. Functions that write run inside the caller's transaction.
import { cut } from '../library/rules.ts';
import { backOffMs, type Claim, type EntryKey, type FailedEntry } from './queue.ts';
import type { FailedRow, QueueStatements } from './queue-statements.ts';

const maxDeaths = 3;
const maxErrorLength = 500;

/** Returns whether the claim was still held. The entry is retried after its back-off, or marked as failed. */
export function failClaim(
  statements: QueueStatements,
  { kind, id, fence }: Claim,
  { claimant, error, now }: { claimant: string; error: string; now: Date },
): boolean {
  const failure = { kind, id, fence, claimant, now: now.toISOString(), error: cut(error, maxErrorLength) };
  const attempts = statements.countFailure.get(failure);
  if (attempts === undefined) return false;
  const waitMs = backOffMs[attempts - 1];
  if (waitMs === undefined) giveUp(statements, { kind, id }, now);
  else statements.setNextAttempt.run({ kind, id, at: new Date(now.getTime() + waitMs).toISOString() });
  return true;
}

/** Takes the claims of a dead process back; returns how many. An entry fails with its third death. */
export function countDeaths(statements: QueueStatements, claimant: string, error: string, now: Date): number {
  const claims = statements.countDeath.all({ claimant, error: cut(error, maxErrorLength) });
  for (const { kind, id, deaths } of claims) if (deaths >= maxDeaths) giveUp(statements, { kind, id }, now);
  return claims.length;
}

function giveUp(statements: QueueStatements, { kind, id }: EntryKey, now: Date) {
  statements.setFailed.run({ kind, id, now: now.toISOString() });
  statements.entries[kind].markFailed.run({ id });
}

/** Lists entries that the queue gave up, newest first, then those that another program marked as failed. */
export function listFailed({ failed }: QueueStatements, limit: number): FailedEntry[] {
  const ours = failed.ours.all(limit);
  const others = ours.length < limit ? failed.others.all(limit - ours.length) : [];
  return [...ours, ...others].map(toFailedEntry);
}

function toFailedEntry({ error, ...row }: FailedRow): FailedEntry {
  return { ...row, error: error ?? 'Another program marked it as failed.' };
}
