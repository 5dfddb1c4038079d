// Waits for a database that another process is writing, without freezing the server: one attempt at a time, with pauses
// in which everything else goes on.

export type UntilFree = <T>(work: () => T) => Promise<T>;

/** Whether another connection is writing; what was tried has changed nothing. */
export function isBusy(error: unknown): boolean {
  return String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY');
}

/** `work` runs at once when nobody waits, else in order of arrival. After `maxMs` the error of SQLite is thrown. */
export function createBusyRetry({ maxMs, everyMs }: { maxMs: number; everyMs: number }): UntilFree {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  return async (work) => {
    const deadline = performance.now() + maxMs;
    let busy: unknown = null;
    if (waiting === 0) {
      try {
        return work();
      } catch (error) {
        if (!isBusy(error)) throw error;
        busy = error;
      }
    }
    waiting += 1;
    const turn = last.then(() => tryUntil(deadline, busy ?? new BusyError(), work));
    last = turn.catch(() => {});
    return turn.finally(() => {
      waiting -= 1;
    });
  };

  /** Whose time is over while others were tried is not tried any more: each try may block for a moment. */
  async function tryUntil<T>(deadline: number, busy: unknown, work: () => T): Promise<T> {
    for (let latest = busy; ; ) {
      if (performance.now() > deadline) throw latest;
      await new Promise((resolve) => setTimeout(resolve, everyMs));
      try {
        return work();
      } catch (error) {
        if (!isBusy(error)) throw error;
        latest = error;
      }
    }
  }
}

class BusyError extends Error {
  readonly code = 'SQLITE_BUSY';
}
