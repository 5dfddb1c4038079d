// When a search thread that crashed may start again: at once after the first crash, then after pauses that double.

const firstPauseMs = 5000;
const maxPauseMs = 300_000;

/** Crashes are counted for one generation, named by `key`; another generation starts without a pause. */
export function createCrashPause() {
  let crashed = { key: '', count: 0, nextAt: 0 };
  let isSkipped = false;

  return {
    noteCrash(key: string) {
      const count = crashed.key === key ? crashed.count + 1 : 1;
      const pauseMs = count > 1 ? Math.min(firstPauseMs * 2 ** (count - 2), maxPauseMs) : 0;
      crashed = { key, count, nextAt: performance.now() + pauseMs };
    },

    mayStart: (key: string) => crashed.key !== key || isSkipped || performance.now() >= crashed.nextAt,

    /** Lets the next thread start at once, because a caller waits for it. */
    skip() {
      isSkipped = true;
    },

    /** Ends a skip. */
    noteStart() {
      isSkipped = false;
    },
  };
}
