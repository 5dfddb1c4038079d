// Lets other work of the search thread wait for the searches that are open, for a while.
import { setImmediate, setTimeout as after } from 'node:timers/promises';

/** Work that yields gets a step this often, however many searches there are. */
const maxWaitMs = 20;
const lookMs = 2;

export function createOpenSearches(now = () => performance.now()) {
  let open = 0;

  return {
    /** Counts the search as open until it settles. */
    async track<Answer>(searching: Promise<Answer>): Promise<Answer> {
      open++;
      try {
        return await searching;
      } finally {
        open--;
      }
    },

    /** Settles once no search is open, after a turn of the event loop at least. */
    async yieldTo() {
      const startedAt = now();
      await setImmediate();
      while (open > 0 && now() - startedAt < maxWaitMs) await after(lookMs);
    },
  };
}
