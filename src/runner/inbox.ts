// Reads what a script sends on its message descriptor: progress is metered, rows are passed on in batches, the last
// result and failure are kept. What is secret is hidden before anything else sees it.
import type { AttemptEvents } from './attempt.ts';
import { createLineReader } from './lines.ts';
import type { AttemptFacts } from './outcome.ts';
import { createProgressMeter } from './progress.ts';
import { messageMaxBytes, parseMessage, type RowMessage } from '../jobs/protocol.ts';
import type { Masker } from '../core/secrets.ts';

const rowBatch = 500;
/** How long a row may wait for others, so that people see it while the script runs. */
const rowsMaxMs = 1000;

/** `store` runs what writes the rows, maybe later, in order; it never rejects. */
export function createInbox(
  events: Pick<AttemptEvents, 'onProgress' | 'onRows'>,
  now: () => Date,
  mask: Masker,
  store: (work: () => void) => Promise<void>,
) {
  const meter = createProgressMeter(events.onProgress, now);
  let rows: RowMessage[] = [];
  let timer: NodeJS.Timeout | null = null;
  let result: Record<string, unknown> | null = null;
  let failure: AttemptFacts['failure'] = null;
  let badMessages = 0;
  let stored: Promise<unknown> = Promise.resolve();
  const flushRows = () => {
    if (timer) clearTimeout(timer);
    timer = null;
    if (rows.length === 0) return;
    const batch = rows;
    rows = [];
    stored = Promise.all([stored, store(() => events.onRows(batch))]);
  };
  const take = (line: string) => {
    const message = mask.value(parseMessage(line));
    if (!message) badMessages += 1;
    else if (message.type === 'progress') meter.note(message);
    else if (message.type === 'row') rows.push(message);
    else if (message.type === 'result') result = message.data;
    else failure = { message: message.message, detail: message.detail ?? null };
    if (rows.length >= rowBatch) flushRows();
    else if (rows.length > 0) timer ??= setTimeout(flushRows, rowsMaxMs);
  };
  const lines = createLineReader(messageMaxBytes, take, () => {
    badMessages += 1;
  });
  return {
    add: lines.add,
    end() {
      lines.end();
      meter.flush();
      flushRows();
    },
    /** Settles when all rows are stored, or given up. */
    stored: () => stored,
    received: () => ({ result, failure, badMessages }),
  };
}
