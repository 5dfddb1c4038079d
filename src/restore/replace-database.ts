// Puts a database in the place of another one while no process has either open. The replaced file stays beside under a dated
// name. At each moment the file is the old database as a whole, or the new one.
import fs from 'node:fs';
import path from 'node:path';
import { assertWhole } from '../backup-store/set-repository.ts';
import { type Db, openDatabase } from '../core/db/open.ts';
import { AppError } from '../core/errors.ts';
import { nameFile, toFault } from '../core/faults.ts';
import { syncToDisk } from '../core/sync-to-disk.ts';
import { emptyLog } from './database-repository.ts';
import { assertUnused, refuseInUse } from './users.ts';

const suffixes = ['', '-wal', '-shm', '-journal'];

/** `outdated`: files about the replaced database that must not be there beside the new one. */
type Given = { root: string; command: string; now: Date; outdated: string[] };

/** `kept`: the base name of the replaced file; null when there is none. */
type Places = { copy: string; kept: string | null };

/** `make` writes the new database to `copy` and closes it. Throws `temporary` while another process has the old one open. */
export async function replaceDatabase<T>(
  database: string,
  given: Given,
  make: (places: Places) => Promise<T>,
): Promise<T> {
  const file = fs.existsSync(database) ? fs.realpathSync(database) : database;
  const copy = copyOf(file);
  removeUnfinished([file]);
  try {
    assertUnused(file, given);
    if (fs.existsSync(file)) closeLog(file, given.command);
    const kept = findThere(file).length > 0 ? chooseName(file, given.now) : null;
    const made = await make({ copy, kept: kept === null ? null : path.basename(kept) });
    seal(copy, given.command);
    syncToDisk(copy);
    // Another program may have opened it meanwhile.
    assertUnused(file, given);
    for (const one of given.outdated) fs.rmSync(one, { force: true });
    if (kept !== null) keep(file, kept);
    fs.renameSync(copy, file);
    syncToDisk(path.dirname(file));
    return made;
  } finally {
    removeDatabase(copy);
  }
}

/** Removes what a killed command has left beside these databases: the new file, half of a kept one, and the second name of a file
 *  that was not replaced. */
export function removeUnfinished(databases: string[]) {
  for (const database of databases) {
    const file = fs.existsSync(database) ? fs.realpathSync(database) : database;
    removeDatabase(copyOf(file));
    for (const kept of listKept(file)) if (isHalf(kept) || isSecondName(kept, file)) fs.rmSync(kept);
  }
}

const copyOf = (file: string) => `${file}.restoring`;
const isHalf = (kept: string) => kept.endsWith('.partial');

/** The paths of the files that were replaced, also of those that are not whole yet; not their logs. */
function listKept(file: string): string[] {
  const [folder, start] = [path.dirname(file), `${path.basename(file)}.replaced-`];
  const names = fs.existsSync(folder) ? fs.readdirSync(folder) : [];
  const isOurs = (name: string) => name.startsWith(start) && ofTime.test(name.slice(start.length));
  return names.filter(isOurs).map((name) => path.join(folder, name));
}

const ofTime = /^\d{8}T\d{6}Z(?:-\d+)?(?:\.partial)?$/;

/** False for one whose log was moved beside it already. */
function isSecondName(kept: string, file: string): boolean {
  const [one, other] = [kept, file].map((name) => fs.lstatSync(name, { throwIfNoEntry: false }));
  const isSame = one !== undefined && one.ino === other?.ino && one.dev === other.dev;
  return isSame && findThere(kept).length === 1;
}

/** Puts all of the new database into its file, because its log is removed, and reads each page of it. */
function seal(copy: string, command: string) {
  try {
    emptyLogOf(copy, command, assertWhole);
  } catch (error) {
    if (!isDamage(error)) throw nameFile(error, copy);
    const message = `${copy} cannot be read as it was written. Check its disk, then try again. Nothing was changed.`;
    throw new AppError('database_damaged', message, undefined, { cause: error });
  }
}

/** A database too damaged for that keeps its log. */
function closeLog(file: string, command: string) {
  try {
    emptyLogOf(file, command);
  } catch (error) {
    if (!isDamage(error)) throw error;
  }
}

/** Makes the file whole without its log. */
function emptyLogOf(file: string, command: string, look: (db: Db) => void = () => {}) {
  const db = openDatabase(file, { busyMs: 0 });
  try {
    emptyLog(db);
    look(db);
  } finally {
    db.close();
  }
  // The last one that closes a database removes its log, unless it could not write it out.
  if (fs.existsSync(`${file}-wal`)) throw refuseInUse(file, 'another program', command);
}

const isDamage = (error: unknown) => toFault(error)?.details?.code === 'database_damaged';

function findThere(file: string): string[] {
  return suffixes.filter((suffix) => fs.existsSync(file + suffix));
}

/** `chl.db.replaced-20261128T020000Z`, or with a number when that is taken. */
function chooseName(file: string, now: Date): string {
  const name = `${file}.replaced-${now.toISOString().replace(/[-:]|\.\d+/g, '')}`;
  for (let number = 1; ; number++) {
    const kept = number === 1 ? name : `${name}-${number}`;
    if (findThere(kept).length === 0) return kept;
  }
}

function keep(file: string, kept: string) {
  for (const suffix of findThere(file)) {
    if (suffix === '') keepFile(file, kept);
    else fs.renameSync(file + suffix, kept + suffix);
  }
  syncToDisk(path.dirname(file));
}

/** The file keeps its name, too, until the new one takes it. */
function keepFile(file: string, kept: string) {
  try {
    fs.linkSync(file, kept);
  } catch {
    // No hard links on this file system.
    const beside = `${kept}.partial`;
    try {
      fs.copyFileSync(file, beside, fs.constants.COPYFILE_FICLONE);
      syncToDisk(beside);
      fs.renameSync(beside, kept);
    } catch (error) {
      fs.rmSync(beside, { force: true });
      throw nameFile(error, kept);
    }
  }
}

function removeDatabase(file: string) {
  for (const suffix of suffixes) fs.rmSync(file + suffix, { force: true });
}
