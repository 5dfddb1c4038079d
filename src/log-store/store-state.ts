// How the log store is doing: its file, the lines that were not kept, and what keeps it from writing. Each change of that is a line
// of the log, once.
import type { Kernel } from '../core/kernel.ts';
import type { FileState } from './protocol.ts';
import type { Dropped } from './waiting.ts';

type Given = Pick<Kernel, 'bus' | 'log' | 'now'> & { dropped(): Dropped };

export function createStoreState({ bus, log, now, dropped }: Given) {
  let file: FileState | null = null;
  let remade: { at: Date; reason: string } | null = null;
  let problem: { at: Date; text: string } | null = null;
  /** Times the thread has made the file again, and lines dropped, as far as the log says so. */
  let reported = { remade: 0, dropped: 0 };
  let shown = '';

  function learn(answer: FileState) {
    const hasNew = answer.newest_id !== (file?.newest_id ?? 0);
    file = answer;
    if (answer.remade > reported.remade) {
      remade = { at: now(), reason: answer.reason ?? 'could not be read' };
      reported = { ...reported, remade: answer.remade };
      log.warn({ event: 'log.remade' }, `log.db ${remade.reason}, so it was made again`);
    }
    if (hasNew) bus.emit('lines');
  }

  /** The number of bytes alone is shown every few seconds. */
  function emitChange() {
    const current = JSON.stringify([remade, problem, dropped()]);
    if (current !== shown) bus.emit('log-store');
    shown = current;
  }

  function reportDropped() {
    const lines = dropped().times - reported.dropped;
    if (lines === 0) return;
    reported = { ...reported, dropped: dropped().times };
    log.warn({ event: 'log.dropped', lines }, `${lines} lines of the log were not kept`);
  }

  return {
    noteWritten(answer: FileState) {
      problem = null;
      learn(answer);
      emitChange();
    },

    noteTended(answer: FileState) {
      problem = null;
      learn(answer);
      reportDropped();
      bus.emit('log-store');
    },

    noteFailed({ message }: Error) {
      if (problem?.text !== message) {
        problem = { at: now(), text: message };
        log.error({ event: 'log.problem' }, `lines of the log are not kept: ${message}`);
      }
      emitChange();
    },

    noteCrash(cause: Error) {
      reported = { ...reported, remade: 0 };
      log.error({ err: cause }, 'the thread of the log store has ended');
    },

    /** `file`: null before the first look. `remade`: the last time since the start of the server. `problem`: why nothing is
     *  written now. */
    read: () => ({ file, remade, problem, dropped: dropped() }),
  };
}
