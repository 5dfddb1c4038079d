// The lock line: claims in order of arrival. Pure rules; the repository keeps the rows.
import type { Claim } from './job.ts';

/** A job in the line: it holds its claims (`isHeld`) or waits for all of them. */
export type Place = { jobId: string; claims: Claim[]; isHeld: boolean };

/** The job that `claims` would have to wait for: a holder first, else the earliest waiter ahead. */
export function findBlocker(claims: Claim[], ahead: Place[]): Place | null {
  const inTheWay = ahead.filter((place) => place.claims.some((claim) => conflictsWithAny(claim, claims)));
  return inTheWay.find((place) => place.isHeld) ?? inTheWay[0] ?? null;
}

/** The waiters that may start now, in order, at most `most`: those that fit the holders and every earlier waiter. */
export function findStartable(line: Place[], most: number): string[] {
  const startable: string[] = [];
  for (const [index, place] of line.entries()) {
    if (startable.length >= most) break;
    const ahead = line.filter((other, at) => other.isHeld || at < index);
    if (!place.isHeld && !findBlocker(place.claims, ahead)) startable.push(place.jobId);
  }
  return startable;
}

function conflictsWithAny(claim: Claim, others: Claim[]): boolean {
  return others.some(
    (other) => other.name === claim.name && (other.mode === 'exclusive' || claim.mode === 'exclusive'),
  );
}
