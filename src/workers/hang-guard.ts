// Gives up an embedder that never answers. It cannot be stopped from this process, so the process has to end.
import { setTimeout as delay } from 'node:timers/promises';
import { formatDuration } from '../core/format.ts';

export type HangGuard = ReturnType<typeof createHangGuard>;

/** `limitMs` gives how long one result may take; `run` throws what `onHang` returns. */
export function createHangGuard(given: { limitMs: () => number; onHang: (limit: string) => Promise<Error> }) {
  /** How long the embedder has had the current entries, without the time in which this process was stopped. */
  let waitedMs = 0;
  let hasHung = false;

  return {
    hasHung: () => hasHung,

    /** The embedder was given its next entries. */
    reset() {
      waitedMs = 0;
    },

    async run<T>(embedding: Promise<T>): Promise<T> {
      const ended = new AbortController();
      try {
        return await Promise.race([embedding, untilHung(ended.signal)]);
      } finally {
        ended.abort();
      }
    },
  };

  async function untilHung(signal: AbortSignal): Promise<never> {
    const limitMs = given.limitMs();
    for (const stepMs = limitMs / 20; waitedMs < limitMs; waitedMs += stepMs) {
      await delay(stepMs, undefined, { signal });
    }
    hasHung = true;
    throw await given.onHang(formatDuration(limitMs / 1000));
  }
}
