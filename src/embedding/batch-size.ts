// How many entries the next batch has: so many that it takes about the target time.

export function createBatchSize({ targetMs, maxEntries }: { targetMs: number; maxEntries: number }) {
  let size = 1;
  return {
    current: () => size,

    /** Adds a batch that was settled; the next one is at most twice as large as the last. */
    add(entries: number, ms: number) {
      const fitting = Math.floor((entries / Math.max(ms, 1)) * targetMs);
      size = Math.min(Math.max(1, fitting), size * 2, maxEntries);
    },

    /** After an outage: the batch may have been too much for the service. */
    shrink() {
      size = Math.max(1, Math.floor(size / 2));
    },
  };
}
