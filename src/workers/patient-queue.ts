// The embedding queue for callers that must keep answering while another process writes the library.
import { type BusyLimits, retryWhileBusy } from '../core/db/busy-retry.ts';
import type { EmbeddingQueue } from '../embedding/queue.ts';

/** The same queue; a call that finds the library busy is repeated within `limits`, then throws SQLite's error. */
export function createPatientQueue(queue: EmbeddingQueue, limits: BusyLimits): EmbeddingQueue {
  const calls = Object.entries<(...args: never[]) => Promise<unknown>>(queue).map(([name, call]) => [
    name,
    (...args: never[]) => retryWhileBusy(limits, () => call(...args)),
  ]);
  return Object.fromEntries(calls) as unknown as EmbeddingQueue;
}
