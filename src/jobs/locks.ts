// Pure rules of the lock queue: claims in order of arrival. The repository keeps the rows.
import { everything, windowIdOf } from '../window-store/window.ts';
import type { Claim } from './job.ts';

/** A job or a maintenance window in the lock queue: it holds its claims (`isHeld`), or waits for all of them. A job that
 *  `ignoresWindows` waits for jobs only. */
export type Position = { jobId: string; claims: Claim[]; isHeld: boolean; ignoresWindows?: boolean };

/** The position that `claims` would wait for: a window that holds first, else a job that runs, else the earliest waiter
 *  ahead; null when there is none. */
export function findBlocker(claims: Claim[], ahead: Position[], { ignoresWindows = false } = {}) {
  const conflicting = findBlocking(ahead).filter(
    (position) => !(ignoresWindows && isWindow(position)) && areConflicting(position.claims, claims),
  );
  const holders = conflicting.filter((position) => position.isHeld);
  return holders.find(isWindow) ?? holders[0] ?? conflicting[0] ?? null;
}

/** The window that holds back a new job with these claims; null when there is none. */
export function findWindow(claims: Claim[], queue: Position[]): Position | null {
  return queue.find((position) => isWindow(position) && areConflicting(position.claims, claims)) ?? null;
}

/** Ids of waiters, in order, that are compatible with the holders and every earlier waiter that blocks: windows, and up to
 *  `max` jobs. */
export function findStartable(queue: Position[], max: number): string[] {
  const taken = { byJobs: createTaken(), byWindows: createTaken() };
  const takenBy = (position: Position) => (isWindow(position) ? taken.byWindows : taken.byJobs);
  const blocking = findBlocking(queue);
  for (const position of blocking) if (position.isHeld) takenBy(position).add(position.claims);
  const startable: string[] = [];
  let room = max;
  for (const position of blocking) {
    const { jobId, claims, isHeld, ignoresWindows } = position;
    if (isHeld) continue;
    const isFree =
      taken.byJobs.areCompatibleWith(claims) && (ignoresWindows || taken.byWindows.areCompatibleWith(claims));
    if (isFree && (isWindow(position) || room > 0)) {
      startable.push(jobId);
      if (!isWindow(position)) room -= 1;
    }
    takenBy(position).add(claims);
  }
  return startable;
}

/** The positions that others wait for: all but the jobs that a window bars. Such a job cannot start before the end of the
 *  window, so it lets pass what the window lets pass; then it has its place again. */
function findBlocking(queue: Position[]): Position[] {
  const byWindows = createTaken();
  for (const position of queue) if (position.isHeld && isWindow(position)) byWindows.add(position.claims);
  return queue.filter((position) => {
    const { claims, isHeld, ignoresWindows } = position;
    if (isWindow(position)) byWindows.add(claims);
    return isHeld || isWindow(position) || ignoresWindows || byWindows.areCompatibleWith(claims);
  });
}

export function isWindow({ jobId }: Position): boolean {
  return windowIdOf(jobId) !== null;
}

/** The claims of several positions together. */
function createTaken() {
  const modes = new Map<string, Claim['mode']>();
  let size = 0;
  return {
    add(claims: Claim[]) {
      size += 1;
      for (const { name, mode } of claims) if (modes.get(name) !== 'exclusive') modes.set(name, mode);
    },
    areCompatibleWith(claims: Claim[]): boolean {
      if (modes.has(everything) || (claims.some(claimsEverything) && size > 0)) return false;
      return claims.every(({ name, mode }) => isCompatible(modes.get(name), mode));
    },
  };
}

function areConflicting(claims: Claim[], others: Claim[]): boolean {
  if (claims.some(claimsEverything) || others.some(claimsEverything)) return true;
  return claims.some(({ name, mode }) =>
    others.some((other) => other.name === name && !isCompatible(other.mode, mode)),
  );
}

function claimsEverything({ name }: Claim): boolean {
  return name === everything;
}

function isCompatible(taken: Claim['mode'] | undefined, wanted: Claim['mode']): boolean {
  return taken === undefined || (taken === 'shared' && wanted === 'shared');
}
