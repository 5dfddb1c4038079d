// Waits for a database that another process is writing without blocking the event loop: tries, pauses, tries again.

/** Gives what `work` returns; throws SQLite's error when the database stays busy, and any other error at once. */
export type UntilFree = <T>(work: () => T) => Promise<T>;

export type BusyLimits = { maxMs: number; everyMs: number };

/** How long each kind of caller waits for a busy database, and how often it tries. */
export const busyLimits = {
  /** A request of a person or a program. */
  request: { maxMs: 3000, everyMs: 100 },
  /** Reading what a killed job has applied to the library. */
  appliedWork: { maxMs: 5000, everyMs: 50 },
  /** A running job's identity and result rows. */
  runningJob: { maxMs: 10_000, everyMs: 100 },
  /** A worker process, which waits for a long import, too. */
  worker: { maxMs: 120_000, everyMs: 50 },
} as const satisfies Record<string, BusyLimits>;

/** Whether another connection is writing; the statement has changed nothing then. */
export function isBusy(error: unknown): boolean {
  return String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY');
}

/** Runs `work` until the database is free. Calls do not wait for each other. */
export async function retryWhileBusy<T>(limits: BusyLimits, work: () => T | Promise<T>): Promise<T> {
  const deadline = performance.now() + limits.maxMs;
  try {
    return await work();
  } catch (error) {
    return tryUntil(deadline, limits.everyMs, error, work);
  }
}

/** Runs `work` at once when no other call waits, else in order of arrival. */
export function createBusyRetry({ maxMs, everyMs }: BusyLimits): UntilFree {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  return async (work) => {
    const deadline = performance.now() + maxMs;
    let busy: unknown = new BusyError();
    if (waiting === 0) {
      try {
        return work();
      } catch (error) {
        if (!isBusy(error)) throw error;
        busy = error;
      }
    }
    waiting += 1;
    const turn = last.then(() => tryUntil(deadline, everyMs, busy, work));
    last = turn.catch(() => {});
    return turn.finally(() => {
      waiting -= 1;
    });
  };
}

/** Gives up at the deadline without a further try: each try may block the thread for a moment. */
async function tryUntil<T>(
  deadline: number,
  everyMs: number,
  cause: unknown,
  work: () => T | Promise<T>,
): Promise<T> {
  for (let latest = cause; ; ) {
    if (!isBusy(latest) || performance.now() > deadline) throw latest;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
    try {
      return await work();
    } catch (error) {
      latest = error;
    }
  }
}

class BusyError extends Error {
  readonly code = 'SQLITE_BUSY';
}
