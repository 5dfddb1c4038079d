// The speed of a worker, and the size of its next batch: so many entries that the batch stays short.
import { createBatchSize } from '../embedding/batch-size.ts';

const windowMs = 60_000;
/** A rate over less time than this means nothing. */
const minWindowMs = 1000;
const batchesKept = 100;
/** The speed is that of the newest batches. */
const batchesForSpeed = 10;

export type Pace = ReturnType<typeof createPace>;

/** `nowMs` is a monotonic clock in milliseconds; a batch should take `targetMs`, and has at most `maxEntries`. */
export function createPace(given: { nowMs: () => number; targetMs: number; maxEntries: number }) {
  const { nowMs } = given;
  const batches: { entries: number; ms: number }[] = [];
  let done: { from: number; to: number; entries: number }[] = [];
  const size = createBatchSize(given);

  return {
    /** Adds a batch: how many entries it settled (embedded or failed), and how long it took. */
    add(entries: number, ms: number) {
      batches.push({ entries, ms });
      if (batches.length > batchesKept) batches.shift();
      done.push({ from: nowMs() - ms, to: nowMs(), entries });
      size.add(entries, ms);
    },

    batchSize: size.current,
    shrinkBatch: size.shrink,

    /** Entries a minute over the last minute, or since its first batch began. */
    ratePerMin(): number {
      const currentMs = nowMs();
      done = done.filter(({ to }) => to > currentMs - windowMs);
      const begunMs = currentMs - (done[0]?.from ?? currentMs);
      const spanMs = Math.min(windowMs, Math.max(minWindowMs, begunMs));
      return Math.round((sum(done.map(({ entries }) => entries)) / spanMs) * 60_000);
    },

    /** Entries a minute while the queue is not empty; null before the first batch. */
    speedPerMin(): number | null {
      const newest = batches.slice(-batchesForSpeed);
      const ms = sum(newest.map((batch) => batch.ms));
      return ms > 0 ? (sum(newest.map(({ entries }) => entries)) / ms) * 60_000 : null;
    },

    /** The 95th percentile of the batches' durations; null before the first. */
    p95Ms(): number | null {
      const sorted = batches.map(({ ms }) => ms).sort((a, b) => a - b);
      const value = sorted[Math.ceil(sorted.length * 0.95) - 1];
      return value === undefined ? null : Math.round(value);
    },
  };
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
