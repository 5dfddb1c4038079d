// Adds two sentences to the faults of both databases: the parts that still work, and the way back.
import type { Config } from '../core/config.ts';
import { describeHolder } from './lock-holder.ts';
import { adviseOn } from '../core/faults.ts';
import { kindOnDisk } from './kind-on-disk.ts';
import { libraryWayBack, opsWayBack } from './way-back.ts';

type Given = Pick<Config, 'databasePath' | 'opsDatabasePath' | 'backupPath'>;

/** From now on, faults of these databases carry advice. `isServing`: whether a server answers meanwhile. */
export function adviseOnDatabases(config: Given, isServing: () => boolean) {
  const { databasePath, opsDatabasePath } = config;
  const advise = (file: string, words: typeof ofLibrary, wayBack: (config: Given) => string) =>
    adviseOn(file, {
      kindOf: (kind) => kindOnDisk(kind, file),
      describe: (kind) => {
        const works = unreadable.includes(kind) ? words.unreadable : words.unwritable;
        const findNext = () => (isDamage(kind) ? wayBack(config) : nextFor(kind, file));
        return { works: isServing() ? works : words.stopped, next: once(findNext) };
      },
    });
  advise(databasePath, ofLibrary, libraryWayBack);
  advise(opsDatabasePath, ofOps, opsWayBack);
}

let isAdvising = false;

/** The way back is read from ops.db, which may be what is damaged: null within another call. */
function once(find: () => string | null): string | null {
  if (isAdvising) return null;
  isAdvising = true;
  try {
    return find();
  } finally {
    isAdvising = false;
  }
}

/** Kinds of core/faults.ts in which what is in the file cannot be read. */
const unreadable = ['CORRUPT', 'NOTADB', 'IOERR', 'CANTOPEN', 'GONE'];

function isDamage(kind: string): boolean {
  return kind === 'CORRUPT' || kind === 'NOTADB';
}

/** By what is wrong; `stopped`: while no server runs. */
const ofLibrary = {
  unreadable: 'Jobs, schedules, settings and the audit log can still be read.',
  unwritable: 'Searches and pages still work.',
  stopped: 'The jobs and settings in ops.db are not affected.',
};
const ofOps = {
  unreadable: 'The library is not affected, and searches still work.',
  unwritable: 'The library is not affected; searches and pages still work.',
  stopped: 'The library is not affected.',
};

function nextFor(kind: string, file: string): string | null {
  if (kind !== 'BUSY' && kind !== 'LOCKED' && kind !== 'PROTOCOL') return null;
  const holder = describeHolder(file);
  return holder === null
    ? null
    : `Nothing was changed. It is held by ${holder}: wait until it has ended, or end it, then try again.`;
}
