// Retries while another process is writing the database, without blocking the event loop.

/** Returns the result of `work`. Throws SQLite's error when the database stays busy, and any other error at once. */
export type UntilFree = <T>(work: () => T) => Promise<T>;

type Work<T> = () => T | Promise<T>;
export type BusyLimits = { maxMs: number; everyMs: number };

/** How long each kind of caller waits for a busy database, and how often it tries. */
export const busyLimits = {
  /** A request to the page or the API. */
  request: { maxMs: 3000, everyMs: 100 },
  /** Recovery reading what a killed job has applied to the library. */
  appliedWork: { maxMs: 5000, everyMs: 50 },
  /** The identity and result rows of a running job. */
  runningJob: { maxMs: 10_000, everyMs: 100 },
  /** A worker process, which must outlast a long import. */
  worker: { maxMs: 120_000, everyMs: 50 },
} as const satisfies Record<string, BusyLimits>;

/** How often work was tried again in this process, by the file that was busy. */
export const retriesByFile = new Map<string, number>();

/** Whether another connection is writing; the failed statement changed nothing. */
export function isBusy(error: unknown): boolean {
  return String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY');
}

/** Runs `work` until the database is free. Calls do not wait for each other. */
export async function retryWhileBusy<T>(limits: BusyLimits, work: Work<T>): Promise<T> {
  const deadline = performance.now() + limits.maxMs;
  try {
    return await work();
  } catch (error) {
    return tryUntil(deadline, limits.everyMs, error, work);
  }
}

/** Runs `work` at once when no other call is waiting, otherwise in order of arrival. */
export function createBusyRetry({ maxMs, everyMs }: BusyLimits): UntilFree {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  let file: string | undefined;

  return async (work) => {
    const deadline = performance.now() + maxMs;
    let busy: unknown = busyError(file);
    if (waiting === 0) {
      try {
        return work();
      } catch (error) {
        if (!isBusy(error)) throw error;
        busy = error;
        ({ file } = error as { file?: string });
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

/** Does not try once more at the deadline, because each try may block the thread briefly. */
async function tryUntil<T>(deadline: number, everyMs: number, cause: unknown, work: Work<T>): Promise<T> {
  for (let latest = cause; ; ) {
    if (!isBusy(latest) || performance.now() > deadline) throw latest;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
    const { file } = latest as { file?: string };
    if (file) retriesByFile.set(file, (retriesByFile.get(file) ?? 0) + 1);
    try {
      return await work();
    } catch (error) {
      latest = error;
    }
  }
}

/** The error of work that has only waited. `file`: the database for which the others wait. */
const busyError = (file: string | undefined) =>
  Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY', file });
