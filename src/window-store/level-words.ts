// The effect of each level of a window in words, for the banner, the form, the buttons, the refusals and the command line.
import type { Level } from './window.ts';

type LevelWords = {
  /** `Frozen` */
  name: string;
  /** The effect, as the end of a sentence; `later` is that of a window which is only planned. */
  effect: string;
  later: string;
  /** The fate of a run that the window holds back, after its name: `imports …`. */
  runs: string;
  /** Before the window, at the button of such a run. */
  blocks: string;
  /** The sentence of the refusal of such a run, or of a change. */
  refusal: string;
  /** A sentence about the work that goes on. */
  goesOn: string;
  /** The meaning of the choice. */
  choice: string;
  /** The work that is held back. */
  holds: string;
};

const queued = { runs: 'can only be queued', blocks: 'Blocked by' };
const refused = { runs: 'are refused', blocks: 'Refused during' };

export const levelWords: Record<Level, LevelWords> = {
  announce: {
    ...queued,
    name: 'Announce',
    effect: 'nothing is refused',
    later: 'nothing will be refused',
    refusal: 'Nothing is held back.',
    goesOn: 'Everything goes on as usual.',
    choice: 'Only the banner is shown. For a deployment.',
    holds: 'nothing',
  },
  frozen: {
    ...queued,
    name: 'Frozen',
    effect: `imports, exports, restores and undo ${queued.runs}`,
    later: 'imports, exports, restores and undo will wait for its end',
    refusal: 'The library and the sheets are frozen. Queue it to start afterwards, or try again then.',
    goesOn: 'The index and the workers go on.',
    choice: 'No import, undo, restore or export starts. The index and the workers go on.',
    holds: 'imports, exports, restores and undo',
  },
  drained: {
    ...queued,
    name: 'Drained',
    effect: `jobs ${queued.runs}, and the workers are paused`,
    later: 'jobs will wait for its end, and the workers will be paused',
    refusal: 'No job starts before. Queue it to start afterwards, or try again then.',
    goesOn: 'Pages, searches and settings go on.',
    choice:
      'Running jobs end, workers finish their batch and pause, nothing starts. For database work and before a stop.',
    holds: 'all jobs, and the workers',
  },
  read_only: {
    ...refused,
    name: 'Read only',
    effect: 'every change is refused',
    later: 'every change will be refused',
    refusal: 'The server is read-only, so nothing was changed. Try again then.',
    goesOn:
      'Pages and searches go on, and jobs can be cancelled. The server keeps its own records: audit log and samples.',
    choice:
      'As drained. Only these stay possible: sign in, sign out, cancel a job, end or extend the window.',
    holds: 'every change, all jobs, and the workers',
  },
};
