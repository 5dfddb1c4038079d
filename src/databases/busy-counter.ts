// Counts how often the server has met a database that another connection was writing, since its start.
import { isBusy, retriesByFile } from '../core/db/busy-retry.ts';
import { onDatabaseError } from '../core/db/driver.ts';

export type BusyCounter = ReturnType<typeof createBusyCounter>;

/** `waits`: statements that gave up after their short wait; `retries`: work that was then tried again. */
export type BusyCount = { waits: number; retries: number };

export function createBusyCounter() {
  const waits = new Map<string, number>();
  /** Another server of this process, in a test, may have counted before. */
  const before = new Map(retriesByFile);
  const unlisten = onDatabaseError((error) => {
    if (isBusy(error)) waits.set(error.file, (waits.get(error.file) ?? 0) + 1);
  });
  return {
    of: (file: string): BusyCount => ({
      waits: waits.get(file) ?? 0,
      retries: (retriesByFile.get(file) ?? 0) - (before.get(file) ?? 0),
    }),
    close: unlisten,
  };
}
