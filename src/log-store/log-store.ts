// The server's side of log.db: gathers what is observed, hands it to the thread that owns the file, and asks that thread what
// pages show. Nothing here waits for the disk, and whatever happens to the file, nothing else fails.
import { inTime } from '../core/in-time.ts';
import type { Kernel } from '../core/kernel.ts';
import { createLoop } from '../core/loop.ts';
import type { Answer, Given, Item, Kind, QuestionName } from './contents.ts';
import { createFlushing } from './flushing.ts';
import { logFileOf } from './log-place.ts';
import type { StatementCount } from './statement-counts.ts';
import { createStoreState } from './store-state.ts';
import { createWaiting } from './waiting.ts';
import { createWriterThread } from './writer-thread.ts';

const threadFile = new URL('./log-thread.js', import.meta.url);
const tendEveryMs = 5000;
/** Lines wait so long for another program that has locked the file. */
const busyMaxMs = 10_000;
/** The time that a stop waits for each: the look at the file, and the current write. */
const tendMaxMs = 300;
const flushMaxMs = 500;

type Needed = Pick<Kernel, 'bus' | 'config' | 'keptLines' | 'log' | 'now'>;
export type LogStore = ReturnType<typeof createLogStore>;

export function createLogStore({ bus, config, keptLines, log, now }: Needed) {
  const waiting = createWaiting(now);
  const state = createStoreState({ bus, log, now, dropped: waiting.dropped });
  const thread = createWriterThread({
    file: threadFile,
    data: () => ({ file: logFileOf(config.root), maxBytes: config.keptLogBytes, busyMaxMs }),
    now,
    onCrash: state.noteCrash,
  });
  const { flush, flushSoon } = createFlushing({
    waiting,
    write: (batch) =>
      thread.ask('write', batch).then(state.noteWritten, (error: Error) => {
        waiting.drop(batch);
        state.noteFailed(error);
      }),
  });
  let isClosed = false;
  function add<Name extends Kind>(kind: Name, item: Item<Name>) {
    if (isClosed) return;
    waiting.add(kind, item);
    flushSoon();
  }
  const tending = createTending({ config, now, state, thread });
  keptLines.listen(({ text }) => add('lines', text));

  return {
    start: () => void tending.start(),

    /** Looks at the file now, as every few seconds. */
    tend: tending.runOnce,

    examine: tending.examine,

    add,

    /** Adds the statements that a process has counted until now. */
    addStatements(counts: StatementCount[]) {
      if (counts.length > 0) add('statements', { at: now().getTime(), counts });
    },

    /** The answer contains everything that was added before, unless another program has locked the file. Throws `temporary` or
     *  `busy` when the file cannot be used now, and `stopping` after `close`. */
    async ask<Name extends QuestionName>(name: Name, given: Given<Name>): Promise<Answer<Name>> {
      void flush();
      return (await thread.ask('ask', { name, given })) as Answer<Name>;
    },

    state: state.read,

    /** Writes what waits, as far as that takes a second at most. Idempotent. */
    async close() {
      await inTime(tending.stop(), tendMaxMs);
      await inTime(flush(), flushMaxMs);
      isClosed = true;
      await thread.close();
    },
  };
}

type Tended = Pick<Kernel, 'config' | 'now'> & {
  state: ReturnType<typeof createStoreState>;
  thread: ReturnType<typeof createWriterThread>;
};

/** Looks at the file every few seconds, and removes old and excess rows. Its errors are part of the state. */
function createTending({ config, now, state, thread }: Tended) {
  let isSuspect = false;
  const loop = createLoop({
    everyMs: tendEveryMs,
    runOnce() {
      const isTrial = state.read().problem !== null;
      const question = { now: now().getTime(), maxBytes: config.keptLogBytes, isTrial, isSuspect };
      isSuspect = false;
      return thread.ask('tend', question).then(state.noteTended, state.noteUntended);
    },
    onError: () => {},
  });
  return {
    ...loop,
    /** Somebody has found damage in the file. */
    examine() {
      isSuspect = true;
      loop.wake();
    },
  };
}
