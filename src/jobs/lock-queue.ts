// Which job a request, or a waiting job, would have to wait for.
import type { Claim } from '../core/operation.ts';
import { findBlocker } from './locks.ts';
import type { JobRepository } from './repository.ts';

/** The job in the way: a holder of the lock, or the first waiter ahead. `usual_sec` is null without a history. */
export type Blocker = NonNullable<ReturnType<LockQueue['blockerOf']>>;
export type LockQueue = ReturnType<typeof createLockQueue>;

export function createLockQueue(repository: JobRepository) {
  return {
    /** The job that a new job with these claims would wait for; null when it could start at once. */
    blockerOf(claims: Claim[]) {
      return describe(findBlocker(claims, repository.positions())?.jobId);
    },

    /** For many claims at once: reads the queue once. */
    blockersOf(many: Claim[][]) {
      const line = repository.positions();
      return many.map((claims) => describe(findBlocker(claims, line)?.jobId));
    },

    /** The job that a waiting job waits for. */
    blockerAhead(jobId: string) {
      const line = repository.positions();
      const own = line.findIndex((position) => position.jobId === jobId);
      const ahead = own < 0 ? line : line.filter((position, at) => position.isHeld || at < own);
      return describe(findBlocker(repository.claimsOf(jobId), ahead)?.jobId);
    },
  };

  function describe(jobId: string | undefined) {
    const job = jobId === undefined ? null : repository.find(jobId);
    if (!job) return null;
    return {
      job_id: job.id,
      number: job.number,
      operation: job.operation,
      actor: job.requested_by,
      since: job.started_at ?? job.created_at,
      usual_sec: repository.usualSec(job.operation),
    };
  }
}
