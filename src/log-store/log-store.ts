// The server's side of log.db: gathers what is observed, hands it to the thread that owns the file, and asks that thread what
// pages show. Nothing here waits for the disk, and whatever happens to the file, nothing else fails.
import path from 'node:path';
import { AppError } from '../core/errors.ts';
import { inTime } from '../core/in-time.ts';
import type { Kernel } from '../core/kernel.ts';
import { createLoop } from '../core/loop.ts';
import { startThread, type Thread } from '../core/thread.ts';
import type { Answer, Given, Item, Kind, QuestionName } from './contents.ts';
import type { FileState, LogExchange } from './protocol.ts';
import { createWaiting } from './waiting.ts';

const flushEveryMs = 100;
const tendEveryMs = 5000;
const closeMaxMs = 1000;

const threadFile = new URL('./log-thread.js', import.meta.url);

type Needed = Pick<Kernel, 'config' | 'keptLines' | 'log' | 'now'>;
export type LogStore = ReturnType<typeof createLogStore>;

export function createLogStore({ config, keptLines, log, now }: Needed) {
  const thread = createThread(path.join(config.root, 'log.db'), log);
  const waiting = createWaiting(now);
  let state: FileState | null = null;
  let isWriting = false;
  let timer: NodeJS.Timeout | null = null;

  const learn = (answer: FileState) => {
    state = answer;
  };
  const flushSoon = (afterMs: number) => {
    if (timer === null) timer = setTimeout(flushWhenFree, afterMs).unref();
  };
  /** One batch at a time: while the thread is slow, the next one waits and is bounded. */
  const flushWhenFree = () => {
    timer = null;
    if (!isWriting) void flush();
  };
  async function flush() {
    if (waiting.isEmpty()) return;
    const { batch, items } = waiting.take();
    isWriting = true;
    await thread
      .ask('write', batch)
      .then(learn)
      .catch(() => waiting.drop(items));
    isWriting = false;
    if (!waiting.isEmpty()) flushSoon(0);
  }
  function add<Name extends Kind>(kind: Name, item: Item<Name>) {
    waiting.add(kind, item);
    flushSoon(flushEveryMs);
  }
  const tending = createLoop({
    everyMs: tendEveryMs,
    runOnce: async () =>
      learn(await thread.ask('tend', { now: now().getTime(), maxBytes: config.keptLogBytes })),
    onError: () => {},
  });
  keptLines.listen(({ text }) => add('lines', text));

  return {
    start: () => tending.start(),

    add,

    /** What was added before is in the answer. Throws `temporary` when the thread has ended, and `stopping` after `close`. */
    async ask<Name extends QuestionName>(name: Name, given: Given<Name>): Promise<Answer<Name>> {
      void flush();
      return (await thread.ask('ask', { name, given })) as Answer<Name>;
    },

    /** `file`: null before the first write. `dropped`: items that were not kept since the start, and when the last one was. */
    state: () => ({ file: state, dropped: waiting.dropped() }),

    /** Writes what waits, for a second at most. Idempotent. */
    async close() {
      thread.ref();
      await tending.stop();
      await inTime(flush(), closeMaxMs);
      await thread.close();
    },
  };
}

/** The thread, which begins with the first question. */
function createThread(file: string, log: Kernel['log']) {
  let thread: Thread<LogExchange> | null = null;
  let isClosed = false;
  let isAwaited = false;

  return {
    async ask<Name extends 'write' | 'ask' | 'tend'>(name: Name, question: LogExchange[Name]['question']) {
      if (isClosed) throw endedError(true);
      thread ??= begin();
      return thread.ask(name, question);
    },

    /** The process waits for the thread from now on. */
    ref() {
      isAwaited = true;
      thread?.ref();
    },

    async close() {
      isClosed = true;
      const ended = thread?.close().then(() => true);
      if (ended && !(await inTime(ended, closeMaxMs))) await thread?.terminate();
    },
  };

  function begin(): Thread<LogExchange> {
    const begun = startThread<LogExchange>({
      file: threadFile,
      data: { file },
      endedError,
      onCrash: (cause) => {
        log.error({ err: cause }, 'the thread of the log store has ended');
        thread = null;
      },
    });
    if (!isAwaited) begun.unref();
    return begun;
  }
}

function endedError(isClosing: boolean): AppError {
  return isClosing
    ? new AppError('stopping', 'The server is stopping. Look again after it has restarted.')
    : new AppError('temporary', 'The log store ended unexpectedly and is restarting. Try again.');
}
