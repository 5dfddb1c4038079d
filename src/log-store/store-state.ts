// The state of the log store: its file, the items that were not kept, and the reason why nothing is written. Each change of that
// is a line of the log, once.
import { AppError } from '../core/errors.ts';
import type { Kernel } from '../core/kernel.ts';
import type { FileState } from './protocol.ts';
import { describeDropped, type Dropped } from './waiting.ts';

/** A lock of another program that lasts so long is a problem. */
const lockMs = 10_000;
const lockedText =
  'Another program has kept log.db locked for 10 seconds or longer. Lines are kept again as soon as it is free.';

type Given = Pick<Kernel, 'bus' | 'log' | 'now'> & { dropped(): Dropped };

export function createStoreState({ bus, log, now, dropped }: Given) {
  let file: FileState | null = null;
  let remade: { at: Date; reason: string } | null = null;
  const problem = createProblem({ log, now });
  const announce = createAnnouncing(log);
  const reportDropped = createDropReport({ log, dropped });
  /** Times the thread has made the file again, as far as the log says so. */
  let reported = 0;
  let shown = '';

  function learn(answer: FileState) {
    const hasNew = answer.newest_id !== (file?.newest_id ?? 0);
    file = answer;
    if (answer.remade > reported) {
      remade = { at: now(), reason: answer.reason ?? 'could not be read' };
      reported = answer.remade;
      log.warn({ event: 'log.remade' }, `log.db ${remade.reason}, so it was made again`);
    }
    if (hasNew) announce(() => bus.emit('lines'));
  }

  /** The number of bytes alone is shown every few seconds. */
  function emitChange() {
    const former = shown;
    shown = JSON.stringify([remade, problem.read(), dropped()]);
    if (shown !== former) announce(() => bus.emit('log-store'));
  }

  function noteFailed(error: Error) {
    if (codeOf(error) === 'stopping') return reportDropped();
    problem.note(codeOf(error) === 'busy' ? lockedText : error.message);
    emitChange();
  }

  return {
    noteWritten(answer: FileState) {
      problem.clear();
      learn(answer);
      emitChange();
    },

    noteTended(answer: FileState) {
      problem.clear();
      learn(answer);
      reportDropped();
      announce(() => bus.emit('log-store'));
    },

    noteFailed,

    /** The file could not be looked at, which need not say anything about lines while it is locked. */
    noteUntended(error: Error) {
      if (codeOf(error) !== 'busy' || problem.isLockedForLong()) noteFailed(error);
    },

    noteCrash(cause: Error) {
      reported = 0;
      log.error({ err: cause }, 'the thread of the log store has ended');
    },

    /** `file`: null before the first look. `remade`: the last time since the start. `problem`: why nothing is written. */
    read: () => ({ file, remade, problem: problem.read(), dropped: dropped() }),
  };
}

/** The function gives the number of items dropped since its last call. */
function createDropReport({ log, dropped }: Pick<Given, 'log' | 'dropped'>) {
  let reported = dropped().all;
  return () => {
    const { all } = dropped();
    const lines = all.lines - reported.lines;
    const measures = all.measures - reported.measures;
    if (lines + measures === 0) return;
    reported = all;
    log.warn({ event: 'log.dropped', lines, measures }, describeDropped({ lines, measures }));
  };
}

/** A listener that fails stops no writing. It is said once, since saying it is a line. */
function createAnnouncing(log: Given['log']) {
  let hasFailed = false;
  return (emit: () => void) => {
    try {
      emit();
    } catch (error) {
      if (!hasFailed) log.error({ err: error }, 'a listener of the log store has failed');
      hasFailed = true;
    }
  };
}

/** The reason why nothing is written now. */
function createProblem({ log, now }: Pick<Given, 'log' | 'now'>) {
  let problem: { at: Date; text: string } | null = null;
  /** The time since which looks at the file have found it locked. */
  let lockedAt: Date | null = null;

  return {
    read: () => problem,

    note(text: string) {
      if (problem?.text === text) return;
      problem = { at: now(), text };
      log.error({ event: 'log.problem' }, `lines of the log are not kept: ${text}`);
    },

    clear() {
      problem = null;
      lockedAt = null;
    },

    /** Call it for each look that finds the file locked. */
    isLockedForLong(): boolean {
      lockedAt ??= now();
      return now().getTime() - lockedAt.getTime() >= lockMs;
    },
  };
}

const codeOf = (error: Error) => (error instanceof AppError ? error.code : null);
