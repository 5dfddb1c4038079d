// Adds up usage in memory, and writes it in few transactions: at most one a second, never in the way of the work that is counted.
// A process that is killed loses its last second, and the rows that wait for a busy database; nothing is counted twice.
import type { UntilFree } from '../core/db/busy-retry.ts';
import { localDay } from '../core/format.ts';
import { createUnwrittenUsage } from './unwritten-usage.ts';
import { isLastOfDay, type UsageName } from './usage-item.ts';
import type { UsageRepository, UsageRow } from './usage-repository.ts';

const writeEveryMs = 1000;
/** After a write that has failed. */
const retryMs = 10_000;

type Given = {
  usageRepository: Pick<UsageRepository, 'transaction' | 'add' | 'set'>;
  untilFree: UntilFree;
  now: () => Date;
  /** Called once for each series of failures, and at a failed end with the usage that is never counted. */
  onError: (error: unknown, lost: readonly UsageRow[]) => void;
};

export type UsageCounter = ReturnType<typeof createUsageCounter>;

export function createUsageCounter({ usageRepository, untilFree, now, onError }: Given) {
  const unwritten = createUnwrittenUsage();
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> = Promise.resolve();
  let isFailing = false;

  return {
    /** Counts usage of now. The last measurement of a day counts, other items are added up. */
    add(item: UsageName, quantity: number, isEstimate = false) {
      if (quantity <= 0 && !isLastOfDay(item)) return;
      unwritten.add({ day: localDay(now()), item, quantity, is_estimate: isEstimate });
      writeLater(writeEveryMs);
    },

    /** Writes the counts since the last write. Never rejects. */
    flush,

    /** Writes all that is not written, at once: also the rows of an unfinished write, which then writes nothing. Blocks the
     *  thread while the database is busy, as long as its connection does. Never throws. */
    end() {
      stopTimer();
      const rows = unwritten.takeAll();
      try {
        writeRows(usageRepository, rows);
      } catch (error) {
        onError(error, rows);
      }
    },
  };

  function flush(): Promise<void> {
    stopTimer();
    writing = writing.then(write);
    return writing;
  }

  async function write() {
    const taken = unwritten.take();
    if (taken.length === 0) return;
    try {
      await untilFree(() => unwritten.settle(taken, (rows) => writeRows(usageRepository, rows)));
      isFailing = false;
    } catch (error) {
      if (!unwritten.giveBack(taken)) return;
      if (!isFailing) onError(error, []);
      isFailing = true;
      writeLater(retryMs);
    }
  }

  function writeLater(ms: number) {
    timer ??= setTimeout(() => void flush(), ms).unref();
  }

  function stopTimer() {
    if (timer) clearTimeout(timer);
    timer = null;
  }
}

function writeRows(repository: Given['usageRepository'], rows: readonly UsageRow[]) {
  if (rows.length === 0) return;
  repository.transaction(() => {
    for (const row of rows) repository[isLastOfDay(row.item) ? 'set' : 'add'](row);
  });
}
