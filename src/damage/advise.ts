// What the faults of the two databases add to the words of SQLite: what still works meanwhile, and the way back.
import type { Config } from '../core/config.ts';
import { describeHolder } from './lock-holder.ts';
import { type Advice, adviseOn } from '../core/faults.ts';
import { libraryWayBack, opsWayBack } from './way-back.ts';

type Given = Pick<Config, 'databasePath' | 'opsDatabasePath' | 'backupPath'>;

/** The way back is read from ops.db, which may be what is damaged. */
let isAdvising = false;

/** From now on, faults of these databases carry advice. `isServing`: whether a server answers meanwhile. */
export function adviseOnDatabases(config: Given, isServing: () => boolean) {
  const { databasePath, opsDatabasePath } = config;
  const advise = (file: string, words: typeof ofLibrary, wayBack: (config: Given) => string) =>
    adviseOn(file, (kind): ReturnType<Advice> => {
      if (isAdvising) return { works: '', next: null };
      const part = unreadable.includes(kind) ? words.unreadable : words.unwritable;
      const works = isServing() ? part : words.stopped;
      isAdvising = true;
      try {
        return { works, next: isDamage(kind) ? wayBack(config) : nextFor(kind, file) };
      } finally {
        isAdvising = false;
      }
    });
  advise(databasePath, ofLibrary, libraryWayBack);
  advise(opsDatabasePath, ofOps, opsWayBack);
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
