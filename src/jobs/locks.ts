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
  const ahead = new Map<string, Claim['mode']>();
  const claim = (place: Place) => {
    for (const { name, mode } of place.claims) if (ahead.get(name) !== 'exclusive') ahead.set(name, mode);
  };
  for (const place of line) if (place.isHeld) claim(place);
  const startable: string[] = [];
  for (const place of line) {
    if (startable.length >= most) break;
    if (place.isHeld) continue;
    if (place.claims.every(({ name, mode }) => isCompatible(ahead.get(name), mode)))
      startable.push(place.jobId);
    claim(place);
  }
  return startable;
}

function conflictsWithAny(claim: Claim, others: Claim[]): boolean {
  return others.some((other) => other.name === claim.name && !isCompatible(other.mode, claim.mode));
}

function isCompatible(taken: Claim['mode'] | undefined, wanted: Claim['mode']): boolean {
  return taken === undefined || (taken === 'shared' && wanted === 'shared');
}
