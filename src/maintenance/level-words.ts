// The effect of each level of a window in words: for the banner, the form, the command line.
import type { Level } from '../window-store/window.ts';

type LevelWords = {
  /** `Frozen` */
  name: string;
  /** The effect, as the end of a sentence; `later` is that of a window which is only planned. */
  effect: string;
  later: string;
  /** A sentence about the work that goes on. */
  goesOn: string;
  /** The meaning of the choice. */
  choice: string;
  /** The claims of the window in the lock queue. */
  holds: string;
};

const alone = 'library, index and sheets alone';

export const levelWords: Record<Level, LevelWords> = {
  announce: {
    name: 'Announce',
    effect: 'nothing is refused',
    later: 'nothing will be refused',
    goesOn: 'Everything goes on as usual.',
    choice: 'Only the banner is shown. For a deployment.',
    holds: 'nothing',
  },
  frozen: {
    name: 'Frozen',
    effect: 'imports, exports, restores and undo are refused',
    later: 'imports, exports, restores and undo will be refused',
    goesOn: 'The index and the workers go on.',
    choice: 'No import, undo, restore or export. The index and the workers go on.',
    holds: 'library shared, sheets alone',
  },
  drained: {
    name: 'Drained',
    effect: 'no job starts, and the workers are paused',
    later: 'no job will start, and the workers will be paused',
    goesOn: 'Pages, searches and settings go on.',
    choice:
      'Running jobs end, workers finish their batch and pause, nothing starts. For database work and before a stop.',
    holds: alone,
  },
  read_only: {
    name: 'Read only',
    effect: 'every change is refused',
    later: 'every change will be refused',
    goesOn:
      'Pages and searches go on, and jobs can be cancelled. The server keeps its own records: audit log and samples.',
    choice:
      'As drained. Only these stay possible: sign in, sign out, cancel a job, end or extend the window.',
    holds: alone,
  },
};
