// Pure rules of the lock queue: claims in order of arrival. The repository keeps the rows.
import type { Claim } from './job.ts';

/** A job in the lock queue: it holds its claims (`isHeld`), or waits for all of them. */
export type Position = { jobId: string; claims: Claim[]; isHeld: boolean };

/** The job that `claims` would wait for: a holder first, else the earliest waiter ahead; null when there is none. */
export function findBlocker(claims: Claim[], ahead: Position[]): Position | null {
  const conflicts = ({ name, mode }: Claim) =>
    claims.some((claim) => claim.name === name && !isCompatible(claim.mode, mode));
  const conflicting = ahead.filter((position) => position.claims.some(conflicts));
  return conflicting.find((position) => position.isHeld) ?? conflicting[0] ?? null;
}

/** Ids of up to `max` waiters, in order, that are compatible with the holders and every earlier waiter. */
export function findStartable(queue: Position[], max: number): string[] {
  const taken = new Map<string, Claim['mode']>();
  const take = (position: Position) => {
    for (const { name, mode } of position.claims) if (taken.get(name) !== 'exclusive') taken.set(name, mode);
  };
  for (const position of queue) if (position.isHeld) take(position);
  const startable: string[] = [];
  for (const position of queue) {
    if (startable.length >= max) break;
    if (position.isHeld) continue;
    if (position.claims.every(({ name, mode }) => isCompatible(taken.get(name), mode)))
      startable.push(position.jobId);
    take(position);
  }
  return startable;
}

function isCompatible(taken: Claim['mode'] | undefined, wanted: Claim['mode']): boolean {
  return taken === undefined || (taken === 'shared' && wanted === 'shared');
}
