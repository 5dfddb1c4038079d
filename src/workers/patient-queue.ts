// The embedding queue for callers that must keep answering while another process writes the library, e.g. during a long
// import.
import { type BusyLimits, retryWhileBusy } from '../core/db/busy-retry.ts';
import type { EmbeddingQueue } from '../embedding/queue.ts';

/** The same queue; a call that finds the library busy is repeated within `limits`, then throws SQLite's error. */
export function createPatientQueue(queue: EmbeddingQueue, limits: BusyLimits): EmbeddingQueue {
  const patiently =
    <Args extends unknown[], T>(call: (...args: Args) => Promise<T>) =>
    (...args: Args): Promise<T> =>
      retryWhileBusy(limits, () => call(...args));
  return {
    useModel: patiently(queue.useModel),
    enqueue: patiently(queue.enqueue),
    claim: patiently(queue.claim),
    extend: patiently(queue.extend),
    complete: patiently(queue.complete),
    fail: patiently(queue.fail),
    release: patiently(queue.release),
    quarantine: patiently(queue.quarantine),
    retryFailed: patiently(queue.retryFailed),
    counts: patiently(queue.counts),
    oldestPendingAt: patiently(queue.oldestPendingAt),
    failed: patiently(queue.failed),
  };
}
