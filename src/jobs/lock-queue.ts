// Finds what a new job, given its claims, or a waiting job waits for: another job, or room among those that may run at once.
import { comparisonOf } from '../core/arguments.ts';
import type { Catalogue } from '../core/catalogue.ts';
import type { Config } from '../core/config.ts';
import type { Claim } from '../core/operation.ts';
import { findBlocker } from './locks.ts';
import type { JobRepository } from './repository.ts';

/** A holder of the lock, or the first waiter ahead. `since` is its start or, while it waits, its creation; `usual_sec` is
 *  the median duration of comparable runs, null without one. */
export type Blocker = {
  job_id: string;
  number: number;
  operation: string;
  actor: string;
  since: string;
  usual_sec: number | null;
};
export type LockQueue = ReturnType<typeof createLockQueue>;

export function createLockQueue(
  repository: JobRepository,
  catalogue: Catalogue,
  config: Pick<Config, 'maxRunningJobs'>,
) {
  return {
    /** The job that a new job with these claims would wait for; null when it could start at once. */
    blockerOf(claims: Claim[]) {
      return describe(findBlocker(claims, repository.positions())?.jobId);
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
      const running = positions.filter(({ isHeld }) => isHeld).length;
      return isWaiting && running >= config.maxRunningJobs && blockerAhead(jobId) === null;
    },
  };

  /** The job that a waiting job waits for; null once it holds its locks. */
  function blockerAhead(jobId: string) {
    const positions = repository.positions();
    const index = positions.findIndex((position) => position.jobId === jobId);
    if (positions[index]?.isHeld) return null;
    // Holders block wherever they are in the queue, waiters only from ahead.
    const ahead = index < 0 ? positions : positions.filter(({ isHeld }, at) => isHeld || at < index);
    return describe(findBlocker(repository.claimsOf(jobId), ahead)?.jobId);
  }

  function describe(jobId: string | undefined): Blocker | null {
    const job = jobId === undefined ? null : repository.find(jobId);
    if (!job) return null;
    return {
      job_id: job.id,
      number: job.number,
      operation: job.operation,
      actor: job.requested_by,
      since: job.started_at ?? job.created_at,
      usual_sec: repository.usualSec(job, comparisonOf(catalogue.find(job.operation))),
    };
  }
}
