// The timer of the sender: it wakes it at the next due time, or after a rest.
import type { Kernel } from '../core/kernel.ts';
import { createPauses } from './looks.ts';

type Given = Pick<Kernel, 'now'> & {
  wake: () => void;
  /** The first pause after an error of the database. */
  retryMs: number;
};

/** A machine that slept, and a clock that was set, are noticed within this time. */
const sleepMaxMs = 30_000;
const restMaxMs = 600_000;

export function createSenderTimer({ now, retryMs, wake }: Given) {
  const pauses = createPauses(retryMs, restMaxMs);
  let timer: NodeJS.Timeout | undefined;
  let isResting = false;
  /** By a clock that nobody sets. */
  let recordedAt = 0;
  const set = (ms: number, then: () => void) => {
    clearTimeout(timer);
    timer = setTimeout(then, ms);
  };

  return {
    /** Null: nothing is due. */
    sleepUntil(at: string | null) {
      clearTimeout(timer);
      if (at === null) return;
      const ms = Date.parse(at) - now().getTime();
      set(Math.min(Math.max(ms, 1), sleepMaxMs), wake);
    },

    /** Otherwise the receiver would get an event again and again whose attempt cannot be recorded. */
    rest() {
      if (isResting) return;
      isResting = true;
      set(pauses.next(), () => {
        isResting = false;
        wake();
      });
    },

    isResting: () => isResting,

    /** An attempt was recorded: the next rest is short again. */
    noteRecorded() {
      recordedAt = performance.now();
      pauses.reset();
    },

    isQuietFor: (ms: number) => performance.now() - recordedAt >= ms,

    stop() {
      clearTimeout(timer);
      isResting = false;
    },
  };
}
