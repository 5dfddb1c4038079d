// The embedding queue for whoever must not stand still while another process writes the library: a long import keeps
// neither heartbeats nor pages from going on.
import { setTimeout as delay } from 'node:timers/promises';
import { isBusy } from '../core/db/busy-retry.ts';
import type { EmbeddingQueue } from '../embedding/queue.ts';

/** The same queue; what finds the library busy is asked again until `maxMs` have passed. */
export function createPatientQueue(
  queue: EmbeddingQueue,
  { maxMs, everyMs }: { maxMs: number; everyMs: number },
): EmbeddingQueue {
  const patiently =
    <Args extends unknown[], T>(ask: (...args: Args) => Promise<T>) =>
    async (...args: Args): Promise<T> => {
      const deadline = performance.now() + maxMs;
      for (;;) {
        try {
          return await ask(...args);
        } catch (error) {
          if (!isBusy(error) || performance.now() > deadline) throw error;
        }
        await delay(everyMs);
      }
    };
  return {
    useModel: patiently(queue.useModel),
    enqueue: patiently(queue.enqueue),
    claim: patiently(queue.claim),
    extend: patiently(queue.extend),
    complete: patiently(queue.complete),
    fail: patiently(queue.fail),
    release: patiently(queue.release),
    bury: patiently(queue.bury),
    retryFailed: patiently(queue.retryFailed),
    counts: patiently(queue.counts),
    oldestPendingAt: patiently(queue.oldestPendingAt),
    failed: patiently(queue.failed),
  };
}
