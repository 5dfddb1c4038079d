// Writes in the thread of the log store, one after the other. While another program has locked the file they wait without
// blocking the thread, which answers questions meanwhile.
import { isBusy, retryWhileBusy } from '../core/db/busy-retry.ts';
import { inTime } from '../core/in-time.ts';

const tryEveryMs = 100;
/** A question waits so long for the writes before it, and not at all while they wait for another program. */
const questionMaxMs = 250;

type Given = {
  /** How long a write waits for the file, from the call on. */
  busyMaxMs: number;
  stoppingError(): Error;
};

export function createHeldWrites({ busyMaxMs, stoppingError }: Given) {
  let writing: Promise<unknown> = Promise.resolve();
  let isHeld = false;
  let isStopped = false;

  /** Throws SQLite's error when the file stays locked, and `stopping` when it is locked after `stop`. */
  async function attempt(write: () => Promise<void>) {
    try {
      await write();
      isHeld = false;
    } catch (error) {
      isHeld = isBusy(error);
      throw isHeld && isStopped ? stoppingError() : error;
    }
  }

  return {
    /** Calls `write` after those before it, and again while the file is locked; `write` has then changed nothing. */
    add(write: () => Promise<void>): Promise<void> {
      const deadline = performance.now() + busyMaxMs;
      const written = writing.then(() => {
        const limits = { maxMs: deadline - performance.now(), everyMs: tryEveryMs };
        return retryWhileBusy(limits, () => attempt(write)).finally(() => {
          isHeld = false;
        });
      });
      writing = written.catch(() => {});
      return written;
    },

    /** Resolves when the added items are written, as far as a question waits for that. */
    async settle() {
      if (!isHeld) await inTime(writing, questionMaxMs);
    },

    /** Resolves when nothing is written any more; writes that wait for the file fail. */
    async stop() {
      isStopped = true;
      if (!isHeld) await writing;
    },
  };
}
