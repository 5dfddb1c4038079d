// Repeats work at intervals, never running it twice at once.
import { coalesce } from './coalesce.ts';

/** The interval while `everyMs` throws. */
const unknownMs = 1000;

/** `everyMs` may be a function that returns the time until the next run; its errors go to `onError`, too. Long work asks
 *  `isStopped` whether to end early. */
export function createLoop<T>(given: {
  everyMs: number | (() => number);
  runOnce: (isStopped: () => boolean) => T | Promise<T>;
  onError: (error: unknown) => void;
}) {
  const { everyMs, onError } = given;
  const nextInMs = typeof everyMs === 'number' ? () => everyMs : everyMs;
  /** Null after a stop. */
  let timer: NodeJS.Timeout | null | undefined;
  let latest: Promise<unknown> = Promise.resolve();
  const runShared = coalesce(async () => given.runOnce(() => timer === null));
  const runOnce = () => {
    const run = runShared();
    latest = run;
    return run;
  };
  const runNow = coalesce(() => runOnce().then(() => {}, onError));
  let isStarted = false;
  const restart = coalesce(async () => {
    await halt();
    if (isStarted) void begin();
  });

  return {
    /** Runs at once, then at every interval. Resolves when the first run ends; never rejects. Idempotent. */
    start(): Promise<void> {
      isStarted = true;
      return begin();
    },

    /** Stops the timer and waits for a run in progress; never rejects. Idempotent. */
    stop(): Promise<void> {
      isStarted = false;
      return halt();
    },
    /** After a change of what `everyMs` depends on: runs at once, after a run in progress. Nothing while stopped. */
    wake() {
      if (isStarted) void restart();
    },
    /** One run, shared by concurrent calls; its error goes to the caller. */
    runOnce,
    /** One run now, whose error goes to `onError`. */
    runNow,
  };

  function begin(): Promise<void> {
    return timer ? latest.then(ignore, ignore) : tick();
  }

  async function halt() {
    if (timer) clearTimeout(timer);
    timer = null;
    await latest.catch(ignore);
  }

  function tick(): Promise<void> {
    timer = setTimeout(() => void tick(), intervalOf(nextInMs, onError));
    return runNow();
  }
}

function intervalOf(nextInMs: () => number, onError: (error: unknown) => void): number {
  try {
    return nextInMs();
  } catch (error) {
    onError(error);
    return unknownMs;
  }
}

function ignore() {}
