// An embedding service that does not answer: the worker waits longer each time, and reports begin and end of the outage.
import type { EmbeddingOutage } from '../embedding/embedder.ts';
import type { Heartbeat } from './heartbeat.ts';

export type Outage = ReturnType<typeof createOutage>;

/** A service that asks for a longer wait is tried before: it may be back, or another one. */
const maxRetryAfterMs = 300_000;

type Given = {
  heartbeat: Heartbeat;
  times: { outageMinMs: number; outageMaxMs: number };
  report: (line: string) => void;
  now: () => Date;
};

export function createOutage({ heartbeat, times, report, now }: Given) {
  let waitMs = 0;
  let isDoubtful = false;

  return {
    waitMs: () => waitMs,
    isDoubtful: () => isDoubtful,

    /** Notes a failed try; the caller sends the heartbeat. */
    begin({ message, reason, retryAfterMs }: EmbeddingOutage) {
      isDoubtful = reason !== 'busy';
      const doubled = Math.max(times.outageMinMs, waitMs * 2);
      waitMs = Math.max(Math.min(retryAfterMs, maxRetryAfterMs), Math.min(times.outageMaxMs, doubled));
      const { outage_since } = heartbeat.current;
      if (!outage_since) report(`The embedding service does not answer: ${message}`);
      heartbeat.set({ outage_since: outage_since ?? now().toISOString(), outage_error: message });
    },

    end() {
      [waitMs, isDoubtful] = [0, false];
      if (!heartbeat.current.outage_since) return;
      heartbeat.set({ outage_since: null, outage_error: null });
      report('The embedding service answers again.');
      heartbeat.send();
    },
  };
}
