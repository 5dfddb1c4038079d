// How fast a worker is: what it shows, and how many entries it takes at once so that a batch stays short.

const windowMs = 60_000;
/** A rate over less time than this says little. */
const leastWindowMs = 1000;
const batchesKept = 100;
/** Of these newest batches the speed is taken. */
const batchesForSpeed = 10;

/** `nowMs` is a monotonic clock in milliseconds; a batch is to take `targetMs`, and holds `mostEntries` at most. */
export function createPace(given: { nowMs: () => number; targetMs: number; mostEntries: number }) {
  const { nowMs, targetMs, mostEntries } = given;
  const batches: { entries: number; ms: number }[] = [];
  let done: { from: number; to: number; entries: number }[] = [];
  let size = 1;

  return {
    /** Tells of a batch: how many of its entries were settled, embedded or failed, and how long it took. */
    add(entries: number, ms: number) {
      batches.push({ entries, ms });
      if (batches.length > batchesKept) batches.shift();
      done.push({ from: nowMs() - ms, to: nowMs(), entries });
      const fitting = Math.floor((entries / Math.max(ms, 1)) * targetMs);
      size = Math.min(Math.max(1, fitting), size * 2, mostEntries);
    },

    batchSize: () => size,

    /** Entries a minute, over the last minute, or since the first of them was begun. */
    ratePerMin(): number {
      const present = nowMs();
      done = done.filter(({ to }) => to > present - windowMs);
      const begunMs = present - (done[0]?.from ?? present);
      const spanMs = Math.min(windowMs, Math.max(leastWindowMs, begunMs));
      return Math.round((sum(done.map(({ entries }) => entries)) / spanMs) * 60_000);
    },

    /** Entries a minute while there are any; null before the first batch. */
    speedPerMin(): number | null {
      const newest = batches.slice(-batchesForSpeed);
      const ms = sum(newest.map((batch) => batch.ms));
      return ms > 0 ? (sum(newest.map(({ entries }) => entries)) / ms) * 60_000 : null;
    },

    /** What nearly all batches stay below, in milliseconds. */
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
