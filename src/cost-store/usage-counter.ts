// Adds up usage in memory, and writes it in few transactions: at most one a second, never in the way of the work that is counted.
// A process that is killed loses its last second; nothing is counted twice.
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
  /** Called once for each series of failures. */
  onError: (error: unknown) => void;
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

    /** Writes what was counted since the last write. Never rejects. */
    flush,

    /** The same at once, without waiting for a busy database. Never throws. */
    end() {
      stopTimer();
      const taken = unwritten.take();
      try {
        writeRows(usageRepository, taken);
      } catch (error) {
        unwritten.giveBack(taken);
        onError(error);
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
    try {
      if (taken.length > 0) await untilFree(() => writeRows(usageRepository, taken));
      isFailing = false;
    } catch (error) {
      unwritten.giveBack(taken);
      if (!isFailing) onError(error);
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
