// Looks into a database before anything opens it for writing. Leaves the file and its folder as they were.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { AppError } from '../errors.ts';
import { connect } from './driver.ts';
import { asConfigError, type Db, scriptBusyMs } from './open.ts';

/** The tables that a file must have, unless it has none at all, and their columns. */
export type Tables = Record<string, readonly string[]>;

/** Calls `look` with a connection that must only read; not for a file that is missing or empty. Throws what `look` throws,
 *  and `config` when the file is not a database. */
export function inspectDatabase(file: string, look: (db: Db) => void) {
  if ((fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0) === 0) return;
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

function lookInto(file: string, opened: string, readonly: boolean, look: (db: Db) => void) {
  const db = asConfigError(file, () =>
    connect(opened, { readonly, fileMustExist: true, timeout: scriptBusyMs }),
  );
  try {
    asConfigError(file, () => look(db));
  } finally {
    db.close();
  }
}

/** Throws `config` with the table and the column when the file is in use by something else. `setting` names the file. */
export function refuseForeign(db: Db, file: string, setting: string, tables: Tables) {
  const found = db.prepare(`SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view')`).all();
  const own = (found as { name: string; type: string }[]).filter(({ name }) => !name.startsWith('sqlite_'));
  if (own.length === 0) return;
  const types = new Map(own.map(({ name, type }) => [name.toLowerCase(), type]));
  // A table with the right name says more about the file than a missing one.
  const names = Object.keys(tables).sort((one, other) => Number(types.has(other)) - Number(types.has(one)));
  for (const name of names) {
    const problem = findProblem(db, name, types.get(name), tables[name] ?? []);
    if (!problem) continue;
    const message = `${file} is not a database of CHL Operations, or of an unknown version: ${problem}. It was not changed. Set ${setting} to the right file, or to a new one.`;
    throw new AppError('config', message);
  }
}

function findProblem(
  db: Db,
  name: string,
  type: string | undefined,
  columns: readonly string[],
): string | null {
  if (!type) return `it has no table "${name}" with the column "${columns[0]}"`;
  if (type === 'view') return `"${name}" is a view, not a table with the column "${columns[0]}"`;
  const found = db.prepare('SELECT lower(name) FROM pragma_table_info(?)').pluck().all(name);
  const missing = columns.find((column) => !found.includes(column));
  return missing ? `its table "${name}" has no column "${missing}"` : null;
}
