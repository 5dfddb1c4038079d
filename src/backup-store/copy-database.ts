// Copies an open database with SQLite's online backup, so that other programs can keep using it.
import fs from 'node:fs';
import type { Db } from '../core/db/open.ts';
import { AppError } from '../core/errors.ts';
import { syncToDisk } from '../core/sync-to-disk.ts';
import { leaveLog } from './set-repository.ts';

const pagesAtOnce = 1000;
/** Each commit of another connection makes the online backup begin again, so that it would never end beside a busy writer. One
 *  step reads all pages in one transaction, which no writer disturbs; it blocks the thread. */
const maxRestarts = 2;
const allPages = 0x7fffffff;

/** `onCopied` receives the share copied so far, from 0 to 1. A copy that `isStopped` ends throws `stopping`. */
type Options = { onCopied?: (share: number) => void; isStopped?: () => boolean };

/** Makes a new file, which is on the disk when it resolves, and has no log beside it: it can be read without writing. A copy
 *  that fails leaves nothing; the caller names what it was to become. */
export async function copyDatabase(
  db: Db,
  file: string,
  { onCopied = () => {}, isStopped = () => false }: Options = {},
): Promise<void> {
  fs.closeSync(fs.openSync(file, 'wx', 0o600));
  try {
    const choosePages = createPace(db.name);
    const { totalPages } = await db.backup(file, {
      progress({ totalPages, remainingPages }) {
        if (isStopped()) throw new AppError('stopping', `The copy of ${db.name} was stopped.`);
        onCopied(totalPages === 0 ? 0 : 1 - remainingPages / totalPages);
        return choosePages(totalPages - remainingPages);
      },
    });
    // The driver takes a database that was locked at its first look for an empty one.
    if (totalPages === 0) throw busyError(db.name);
    leaveLog(file);
    syncToDisk(file);
  } catch (error) {
    for (const suffix of ['', '-journal', '-wal', '-shm']) fs.rmSync(file + suffix, { force: true });
    throw error;
  }
}

/** The function receives the number of pages copied so far, and returns how many the next step copies. */
function createPace(file: string) {
  let [copied, restarts] = [-1, 0];
  return (now: number): number => {
    if (now <= copied) restarts += 1;
    copied = now;
    if (restarts < maxRestarts) return pagesAtOnce;
    // A step of all pages ends the copy, unless it has waited in vain for a program that holds the database.
    if (restarts > maxRestarts) throw busyError(file);
    return allPages;
  };
}

function busyError(file: string): Error {
  return Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY', file });
}
