// Finds what a new job, given its claims, or a waiting job or window waits for: a job, a maintenance window, or room among the
// jobs that may run at once.
import { comparisonOf } from '../core/arguments.ts';
import type { Catalogue } from '../core/catalogue.ts';
import type { Config } from '../core/config.ts';
import type { Claim } from '../core/operation.ts';
import { type Level, windowIdOf, type Window } from '../window-store/window.ts';
import type { WindowRepository } from '../window-store/window-repository.ts';
import { findBlocker, findWindow, isWindow } from './locks.ts';
import type { JobRepository } from './repository.ts';

/** A job that holds the lock, or the first waiter ahead. `since` is its start or, while it waits, its creation; `usual_sec` is
 *  the median duration of comparable runs, null without one. */
type JobBlocker = {
  window: null;
  job_id: string;
  number: number;
  operation: string;
  actor: string;
  since: string;
  usual_sec: number | null;
};

/** A maintenance window that has begun. */
export type WindowBlocker = {
  window: number;
  job_id: null;
  number: null;
  operation: null;
  usual_sec: null;
  level: Level;
  reason: string;
  actor: string;
  since: string;
  ends_at: string;
};

export type Blocker = JobBlocker | WindowBlocker;

export type LockQueue = ReturnType<typeof createLockQueue>;

export function createLockQueue(
  repository: JobRepository,
  windows: Pick<WindowRepository, 'find'>,
  catalogue: Catalogue,
  config: Pick<Config, 'maxRunningJobs'>,
) {
  return {
    /** The blocker that a new job with these claims would wait for; null when it could start at once. */
    blockerOf(claims: Claim[], rule: { ignoresWindows: boolean } = { ignoresWindows: false }) {
      return describe(findBlocker(claims, repository.positions(), rule)?.jobId);
    },

    /** The begun window that holds back a new job with these claims. */
    windowOver(claims: Claim[]): Window | null {
      const id = windowIdOf(findWindow(claims, repository.positions())?.jobId ?? '');
      return id === null ? null : windows.find(id);
    },

    /** The same for several jobs; reads the queue once. */
    blockersOf(claimSets: Claim[][]) {
      const positions = repository.positions();
      return claimSets.map((claims) => describe(findBlocker(claims, positions)?.jobId));
    },

    blockerAhead,

    /** Whether a waiting job waits only because as many jobs run as may run at once. */
    waitsForRoom(jobId: string): boolean {
      const positions = repository.positions();
      const isWaiting = positions.some((position) => position.jobId === jobId && !position.isHeld);
      const running = positions.filter((position) => position.isHeld && !isWindow(position)).length;
      return isWaiting && running >= config.maxRunningJobs && blockerAhead(jobId) === null;
    },
  };

  /** The blocker of a waiting job or window; null once it holds its locks. */
  function blockerAhead(key: string) {
    const positions = repository.positions();
    const index = positions.findIndex((position) => position.jobId === key);
    const { isHeld, ignoresWindows = false } = positions[index] ?? {};
    if (isHeld) return null;
    // Holders block wherever they are in the queue, waiters only from ahead.
    const ahead = index < 0 ? positions : positions.filter(({ isHeld }, at) => isHeld || at < index);
    return describe(findBlocker(repository.claimsOf(key), ahead, { ignoresWindows })?.jobId);
  }

  function describe(key: string | undefined): Blocker | null {
    const windowId = windowIdOf(key ?? '');
    if (windowId !== null) return describeWindow(windows.find(windowId));
    const job = key === undefined ? null : repository.find(key);
    if (!job) return null;
    return {
      window: null,
      job_id: job.id,
      number: job.number,
      operation: job.operation,
      actor: job.requested_by,
      since: job.started_at ?? job.created_at,
      usual_sec: repository.usualSec(job, comparisonOf(catalogue.find(job.operation))),
    };
  }
}

function describeWindow(window: Window | null): WindowBlocker | null {
  if (!window) return null;
  const { id, level, reason, created_by, begun_at, starts_at, ends_at } = window;
  const since = begun_at ?? starts_at;
  const job = { job_id: null, number: null, operation: null, usual_sec: null };
  return { window: id, ...job, level, reason, actor: created_by, since, ends_at };
}
