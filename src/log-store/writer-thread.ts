// The thread of the log store, as the server asks it. It begins with the first question; after a crash it begins again with the
// first one after some seconds.
import { inTime } from '../core/in-time.ts';
import { AppError } from '../core/errors.ts';
import { startThread, type Thread } from '../core/thread.ts';
import type { LogExchange, ThreadStart } from './protocol.ts';

const restartAfterMs = 5000;
/** The thread needs less unless it is in the middle of a long statement. SQLite aborts the process when it throws an error
 *  in a thread that is being terminated, so the thread is first asked to close the file. */
const closeMaxMs = 800;

type Given = { file: URL; data: () => ThreadStart; now: () => Date; onCrash(cause: Error): void };

/** Every question throws `temporary` while there is no thread, and `stopping` after `close`. */
export function createWriterThread({ file, data, now, onCrash }: Given) {
  let thread: Thread<LogExchange> | null = null;
  let crashedAt: number | null = null;
  let isClosed = false;
  let open = 0;

  return {
    async ask<Name extends 'write' | 'ask' | 'tend'>(name: Name, question: LogExchange[Name]['question']) {
      if (isClosed) throw endedError(true);
      if (crashedAt !== null && now().getTime() - crashedAt < restartAfterMs) throw endedError(false);
      crashedAt = null;
      thread ??= begin();
      return awaitAnswer(thread, thread.ask(name, question));
    },

    async close() {
      isClosed = true;
      thread?.ref();
      const ended = thread?.close().then(() => true);
      if (ended && !(await inTime(ended, closeMaxMs))) await thread?.terminate();
    },
  };

  /** The process may end while the thread runs, but not while it owes an answer. */
  async function awaitAnswer<T>(asked: Thread<LogExchange>, answer: Promise<T>): Promise<T> {
    open += 1;
    asked.ref();
    try {
      return await answer;
    } finally {
      open -= 1;
      if (open === 0 && !isClosed) thread?.unref();
    }
  }

  function begin(): Thread<LogExchange> {
    const begun = startThread<LogExchange>({
      file,
      data: data(),
      endedError,
      onCrash(cause) {
        thread = null;
        crashedAt = now().getTime();
        onCrash(cause);
      },
      onReport() {},
    });
    begun.unref();
    return begun;
  }
}

function endedError(isClosing: boolean): AppError {
  return isClosing
    ? new AppError('stopping', 'The server is stopping. Look again after it has restarted.')
    : new AppError('temporary', 'The log store ended unexpectedly and is restarting. Try again.');
}
