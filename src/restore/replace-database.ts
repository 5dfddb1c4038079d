// Puts a database in the place of another one while no process has either open. The replaced file stays beside under a dated
// name. One rename decides: before it a killed command leaves the old database, after it the new one.
import fs from 'node:fs';
import path from 'node:path';
import { assertWhole } from '../backup-store/set-repository.ts';
import { type Db, openDatabase } from '../core/db/open.ts';
import { sizeOf } from '../backup-store/free-space.ts';
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
  const file = realPathOf(database);
  const copy = copyOf(file);
  settle(database, given.outdated);
  try {
    release(file, given);
    const kept = findThere(file).length > 0 ? chooseName(file, given.now) : null;
    const made = await make({ copy, kept: kept === null ? null : path.basename(kept) });
    seal(copy, given.command);
    syncToDisk(copy);
    // Another program may have opened it meanwhile, and `make` may have read it.
    release(file, given);
    if (kept !== null) keep(file, kept);
    for (const one of given.outdated) if (isThere(one)) fs.renameSync(one, asideOf(one));
    for (const folder of new Set([file, ...given.outdated].map((one) => path.dirname(one))))
      syncToDisk(folder);
    fs.renameSync(copy, file);
    syncToDisk(path.dirname(file));
    return made;
  } finally {
    settle(database, given.outdated);
  }
}

/** Ends a replacement wherever it has come to, also after a kill. As long as the new database is beside, it has not
 *  replaced the old one, which gets back everything that has made way; without it, the old one becomes the kept one. */
export function settle(database: string, outdated: string[]) {
  const file = realPathOf(database);
  const isReplaced = !isThere(copyOf(file));
  for (const { name, kept, suffix } of listPartial(file)) {
    if (isReplaced) fs.renameSync(name, kept + suffix);
    else if (suffix === '') fs.rmSync(name);
    // The log of a program that has written since must stay.
    else fs.renameSync(name, sizeOf(file + suffix) > 0 ? kept + suffix : file + suffix);
  }
  for (const one of outdated.filter((name) => isThere(asideOf(name)))) {
    if (isReplaced || isThere(one)) fs.rmSync(asideOf(one), { recursive: true });
    else fs.renameSync(asideOf(one), one);
  }
  removeDatabase(copyOf(file));
}

const realPathOf = (database: string) => (fs.existsSync(database) ? fs.realpathSync(database) : database);
const copyOf = (file: string) => `${file}.restoring`;
const partialOf = (kept: string) => `${kept}.partial`;
const asideOf = (outdated: string) => `${outdated}.outdated`;
const isThere = (name: string) => fs.lstatSync(name, { throwIfNoEntry: false }) !== undefined;

/** The time and number of a kept file, and the suffix of a log beside it. */
const ofPartial = /^(\d{8}T\d{6}Z(?:-\d+)?)\.partial(|-wal|-shm|-journal)$/;

/** The files of an old database that has not its last name yet. */
function listPartial(file: string) {
  const [folder, start] = [path.dirname(file), `${path.basename(file)}.replaced-`];
  return (fs.existsSync(folder) ? fs.readdirSync(folder) : []).flatMap((entry) => {
    const [, time, suffix = ''] =
      (entry.startsWith(start) && ofPartial.exec(entry.slice(start.length))) || [];
    if (time === undefined) return [];
    return [{ name: path.join(folder, entry), kept: `${file}.replaced-${time}`, suffix }];
  });
}

/** Makes the old database a file without a log, which nobody has open. */
function release(file: string, given: Given) {
  assertUnused(file, given);
  if (fs.existsSync(file)) closeLog(file, given.command);
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
    if (!isUnreadable(error)) throw error;
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

/** A page that the disk cannot read is damage of the old database, too. */
function isUnreadable(error: unknown): boolean {
  const { code } = ((error as Error).cause ?? error) as { code?: unknown };
  return isDamage(error) || String(code).startsWith('SQLITE_IOERR');
}

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

/** Under the name of an unfinished one, until the new database has taken its place. */
function keep(file: string, kept: string) {
  for (const suffix of findThere(file)) {
    if (suffix === '') keepFile(file, kept);
    // SQLite makes it anew.
    else if (suffix === '-shm') fs.rmSync(file + suffix);
    else fs.renameSync(file + suffix, partialOf(kept) + suffix);
  }
}

/** The file keeps its name, too, until the new one takes it. */
function keepFile(file: string, kept: string) {
  const beside = partialOf(kept);
  try {
    fs.linkSync(file, beside);
  } catch {
    // No hard links on this file system.
    try {
      fs.copyFileSync(file, beside, fs.constants.COPYFILE_FICLONE);
      syncToDisk(beside);
    } catch (error) {
      throw nameFile(error, kept);
    }
  }
}

function removeDatabase(file: string) {
  for (const suffix of suffixes) fs.rmSync(file + suffix, { force: true });
}
