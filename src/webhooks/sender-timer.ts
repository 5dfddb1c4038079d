// The timer of the sender: it wakes it at the next due time, or after a rest.
import type { Kernel } from '../core/kernel.ts';

type Given = Pick<Kernel, 'now'> & { wake: () => void };

/** A machine that slept, and a clock that was set, are noticed within this time. */
const sleepMaxMs = 30_000;
/** Pause after an error of the database. */
const restMs = 5000;

export function createSenderTimer({ now, wake }: Given) {
  let timer: NodeJS.Timeout | undefined;
  let isResting = false;
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

    /** Otherwise what could not be recorded would be sent again at once. */
    rest() {
      isResting = true;
      set(restMs, () => {
        isResting = false;
        wake();
      });
    },

    isResting: () => isResting,

    stop: () => clearTimeout(timer),
  };
}
