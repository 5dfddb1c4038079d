// The times of a worker process, in milliseconds.
import { stalledAfterMs } from './state.ts';

export type WorkerTimes = typeof workerTimes;

export const workerTimes = {
  /** Between two heartbeats, and the least time between two reports of progress. */
  beatMs: 2000,
  reportMs: 500,
  /** Between two looks for entries. */
  pollMs: 300,
  leaseMs: 30_000,
  /** How long a batch should take, and how many entries it may have. */
  batchMs: 500,
  batchMax: 512,
  /** Between two tries of an embedding service that does not answer. */
  outageMinMs: 1000,
  outageMaxMs: 30_000,
  /** A batch without a result for this long stalls; after twice that it hangs. */
  stallMs: stalledAfterMs,
};
