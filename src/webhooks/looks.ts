// Work that is done when something has changed, and that is tried again after an error, with pauses that grow.
import { coalesceNext } from '../core/coalesce.ts';

const pauseMaxMs = 60_000;

/** `next` gives the pause before the next try, each time twice as long as before; `reset` begins anew. */
export function createPauses(firstMs: number, maxMs: number) {
  let ms = firstMs;
  return {
    next() {
      const pause = ms;
      ms = Math.min(2 * ms, maxMs);
      return pause;
    },
    reset() {
      ms = firstMs;
    },
  };
}

/** `run` never rejects, and returns whether nothing is left to do. */
export function createLooks(retryMs: number, run: (isStopped: () => boolean) => Promise<boolean>) {
  const pauses = createPauses(retryMs, pauseMaxMs);
  let isStopped = true;
  let timer: NodeJS.Timeout | undefined;
  let latest: Promise<void> = Promise.resolve();
  const runOnce = coalesceNext(async () => {
    const isDone = await run(() => isStopped);
    clearTimeout(timer);
    if (isDone) pauses.reset();
    else if (!isStopped) timer = setTimeout(() => void look(), pauses.next());
  });

  return {
    start() {
      isStopped = false;
      return look();
    },
    /** Sees all changes up to now; a call during a run gets the next one. Never rejects. */
    look,
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await latest;
    },
  };

  function look(): Promise<void> {
    if (isStopped) return Promise.resolve();
    latest = runOnce();
    return latest;
  }
}
