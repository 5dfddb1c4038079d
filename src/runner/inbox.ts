// Passes on what a script reports while it runs: progress at a limited rate, result rows in batches.
import type { Masker } from '../core/secrets.ts';
import type { RowMessage } from '../jobs/protocol.ts';
import { createMessageReader } from './messages.ts';
import { createProgressMeter } from './progress.ts';
import type { AttemptEvents } from './record.ts';

const batchRows = 500;
/** How long a row may wait for others, so that the page shows it while the script runs. */
const batchMaxMs = 1000;

/** `store` runs a write, maybe later, in order; it never rejects. */
export function createInbox(
  events: Pick<AttemptEvents, 'onProgress' | 'onRows'>,
  now: () => Date,
  mask: Masker,
  store: (write: () => void) => Promise<void>,
) {
  const meter = createProgressMeter(events.onProgress, now);
  const rows = createRowBatches((batch) => store(() => events.onRows(batch)));
  const messages = createMessageReader({ mask, onProgress: meter.note, onRow: rows.add });
  return {
    add: messages.add,
    end() {
      messages.end();
      meter.flush();
      rows.flush();
    },
    /** Settles when every row is stored, or given up. */
    stored: rows.stored,
    received: messages.received,
  };
}

function createRowBatches(store: (batch: RowMessage[]) => Promise<void>) {
  let batch: RowMessage[] = [];
  let timer: NodeJS.Timeout | null = null;
  let stored: Promise<unknown> = Promise.resolve();
  const flush = () => {
    if (timer) clearTimeout(timer);
    timer = null;
    if (batch.length === 0) return;
    const rows = batch;
    batch = [];
    stored = Promise.all([stored, store(rows)]);
  };
  return {
    add(row: RowMessage) {
      batch.push(row);
      if (batch.length >= batchRows) flush();
      else timer ??= setTimeout(flush, batchMaxMs);
    },
    flush,
    stored: () => stored,
  };
}
