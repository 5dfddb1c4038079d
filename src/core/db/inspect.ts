// Looks into a database before anything opens it for writing. Leaves the file and its folder as they were.
//
// A process that has the database open must use its connection: closing any other descriptor of the file drops SQLite's locks on
// it, and the next program that opens it removes the log. See https://www.sqlite.org/howtocorrupt.html, section 2.2.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { AppError } from '../errors.ts';
import { wayBack } from '../faults.ts';
import { connect } from './driver.ts';
import { refuseIncomplete, refuseNewer } from './migrations.ts';
import { asConfigError, type Db } from './open.ts';

/** Longer than a commit of another program takes. */
const lockedMaxMs = 5000;

/** The database that a file must be. A missing file, and one without any table, is accepted as new. `setting` is the
 *  variable that names the file. */
type Expected = { file: string; setting: string; name: 'library' | 'ops'; tables: Tables };

/** By table, its columns; a column that must hold text is written `id text`. */
type Tables = Record<string, readonly string[]>;

/** Throws `config` for a file that is something else, that a newer version has written, or that cannot be read. This process must
 *  not have it open. */
export function inspectDatabase(expected: Expected) {
  const { file } = expected;
  asConfigError(file, () => refuseOtherFile(expected));
  if (sizeOf(file) === 0) return;
  const look = (db: Db) => lookAt(db, expected);
  const has = (suffix: string) => fs.existsSync(file + suffix);
  // Another program may have the file open. Closing the last connection that can write would empty its log.
  if (has('-wal') && has('-shm')) return lookInto(file, file, true, look);
  // The log of a program that was killed: even a reader would write beside the file, or roll it back.
  const leftovers = ['-wal', '-journal'].filter(has);
  if (leftovers.length === 0) return lookInto(file, file, false, look);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'chl-inspect-'));
  try {
    const copy = path.join(folder, 'copy.db');
    for (const suffix of ['', ...leftovers]) fs.copyFileSync(file + suffix, copy + suffix);
    lookInto(file, copy, false, look);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** Throws what `inspectDatabase` would throw of the file that this process has open as `db`. */
export function inspectOpen(db: Db, expected: Expected) {
  asConfigError(expected.file, () => lookAt(db, expected));
}

function lookAt(db: Db, expected: Expected) {
  refuseForeign(db, expected);
  refuseNewer(db, expected.name, expected.file);
  refuseIncomplete(db, expected.name, expected.file);
}

function lookInto(file: string, opened: string, readonly: boolean, look: (db: Db) => void) {
  const db = asConfigError(file, () =>
    connect(opened, { readonly, fileMustExist: true, timeout: lockedMaxMs }),
  );
  try {
    asConfigError(file, () => look(db));
  } finally {
    db.close();
  }
}

function refuseForeign(db: Db, expected: Expected) {
  const { tables } = expected;
  const found = db.prepare(`SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view')`).all();
  const own = (found as { name: string; type: string }[]).filter(({ name }) => !name.startsWith('sqlite_'));
  const program = db.pragma('application_id', { simple: true }) as number;
  if (own.length === 0 && program !== 0) {
    throw refusal(expected, `it has the application id ${program} of another program`);
  }
  if (own.length === 0) return;
  const types = new Map(own.map(({ name, type }) => [name.toLowerCase(), type]));
  // A table with the right name says more about the file than a missing one.
  const names = Object.keys(tables).sort((one, other) => Number(types.has(other)) - Number(types.has(one)));
  for (const name of names) {
    const problem = findProblem(db, name, types.get(name), tables[name] ?? []);
    if (problem) throw refusal(expected, problem);
  }
}

function refusal({ file, setting }: Expected, problem: string): AppError {
  return new AppError(
    'config',
    `${file} is not a database of CHL Operations, or of an unknown version: ${problem}. It was not changed. Set ${setting} to the right file, or to a new one.`,
  );
}

function findProblem(
  db: Db,
  name: string,
  type: string | undefined,
  specified: readonly string[],
): string | null {
  const columns = specified.map((one) => one.split(' ') as [name: string, type?: string]);
  const [first] = columns[0] ?? [];
  if (!type) return `it has no table "${name}" with the column "${first}"`;
  if (type === 'view') return `"${name}" is a view, not a table with the column "${first}"`;
  const info = db.prepare('SELECT lower(name) AS name, type FROM pragma_table_info(?)').all(name);
  const found = new Map((info as { name: string; type: string }[]).map((one) => [one.name, one.type]));
  const missing = columns.find(([column]) => !found.has(column));
  if (missing) return `its table "${name}" has no column "${missing[0]}"`;
  // SQLite keeps text in a column of any type, except in an integer that is the primary key.
  const other = columns.find(([column, wanted]) => wanted === 'text' && /int/i.test(found.get(column) ?? ''));
  if (!other) return null;
  return `the column "${other[0]}" of its table "${name}" has the type ${found.get(other[0])}, not TEXT`;
}

/** Throws `config` for what SQLite would report as a failing disk, or would replace with a new database. */
function refuseOtherFile({ file, setting }: Expected) {
  const refuse = (found: string, next: string) =>
    new AppError('config', `${file} ${found}. It was not changed. ${next}`);
  const choose = `Set ${setting} to the right file, or to a new one.`;
  if (Buffer.byteLength(file) > pathMaxBytes)
    throw refuse(`has a path of more than ${pathMaxBytes} bytes, too long for SQLite`, choose);
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  if (!stat && isLink(file))
    throw refuse(`is a link to ${fs.readlinkSync(file)}, which does not exist`, choose);
  if (stat && !stat.isFile())
    throw refuse(`is ${stat.isDirectory() ? 'a folder' : 'a device or a pipe'}, not a file`, choose);
  if (stat && stat.size > 0) {
    if (readStart(file) === magic.slice(0, stat.size)) return;
    const next = `${choose} If it is the right one, it is damaged or encrypted.${wayBack(file)}`;
    throw refuse('is not a SQLite database: its first bytes are others', next);
  }
  const log = ['-wal', '-journal'].map((suffix) => file + suffix).find((name) => sizeOf(name) > 0);
  const next = `Put the database back, or move ${log} away.`;
  if (log) throw refuse(`is ${stat ? 'empty' : 'missing'}, but ${log} has changes to it`, next);
}

/** https://www.sqlite.org/fileformat.html */
const magic = 'SQLite format 3\0';
/** SQLite's limit on Unix, without the name of a log. */
const pathMaxBytes = 500;

function readStart(file: string): string {
  const fd = fs.openSync(file, 'r');
  try {
    const start = Buffer.alloc(magic.length);
    return start.toString('latin1', 0, fs.readSync(fd, start));
  } finally {
    fs.closeSync(fd);
  }
}

function sizeOf(file: string): number {
  return fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function isLink(file: string): boolean {
  return fs.lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}
