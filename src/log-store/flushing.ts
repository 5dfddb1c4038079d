// Hands what waits to the thread of the log store, one batch at a time: while the thread is slow, the next one waits and is
// bounded.
import type { Batch } from './contents.ts';
import type { createWaiting } from './waiting.ts';

const flushEveryMs = 100;

type Given = {
  waiting: ReturnType<typeof createWaiting>;
  /** Never rejects. */
  write(batch: Batch): Promise<void>;
};

export function createFlushing({ waiting, write }: Given) {
  let writing: Promise<void> | null = null;
  let timer: NodeJS.Timeout | null = null;

  /** Resolves when everything that waits now is written or dropped. */
  async function flush() {
    if (waiting.isEmpty()) return writing ?? undefined;
    const written = write(waiting.take());
    writing = written;
    await written;
    if (writing === written) writing = null;
    if (!waiting.isEmpty()) flushSoon();
  }

  function flushSoon() {
    if (writing === null && timer === null) timer = setTimeout(flushLate, flushEveryMs).unref();
  }

  function flushLate() {
    timer = null;
    if (writing === null) void flush();
  }

  return { flush, flushSoon };
}
