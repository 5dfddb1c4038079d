// Hands what waits to the thread of the log store, one batch at a time: while the thread is slow, the next one waits and is
// bounded.
import type { Batch } from './contents.ts';
import type { createWaiting } from './waiting.ts';

const flushEveryMs = 100;
/** The number of batches with the thread at once, while a program that has locked the file holds them up. */
const maxWriting = 3;

type Given = {
  waiting: ReturnType<typeof createWaiting>;
  /** Never rejects. */
  write(batch: Batch): Promise<void>;
};

export function createFlushing({ waiting, write }: Given) {
  let writing: Promise<void> | null = null;
  let open = 0;
  let timer: NodeJS.Timeout | null = null;

  /** Resolves when everything that waits now is written or dropped; unless `maxWriting`, then when the batches before it are. */
  async function flush() {
    if (waiting.isEmpty() || open >= maxWriting) return writing ?? undefined;
    open += 1;
    const written = write(waiting.take()).finally(() => {
      open -= 1;
    });
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
