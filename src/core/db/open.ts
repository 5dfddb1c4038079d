// Opens SQLite files, always with the same settings. Every script loads this file, so it never imports drizzle.
import fs from 'node:fs';
import path from 'node:path';
import type Database from 'better-sqlite3';
import { type Cache, createCache } from '../cache.ts';
import { AppError } from '../errors.ts';
import { toOpeningRefusal } from '../faults.ts';
import { connect } from './driver.ts';

export type Db = Database.Database;

/** How long SQLite blocks the thread for a busy file. While the server answers requests it retries instead; before and after
 *  that, nobody waits for the thread. Scripts may block. */
export const serverBusyMs = 20;
export const aloneBusyMs = 3000;
export const scriptBusyMs = 60_000;

/** About what SQLite takes for a compiled statement. */
const statementBytes = 4096;

/** Older versions can lose committed data in a race at the reset of the WAL (fixed in SQLite 3.51.3). */
const minSqlite = [3, 51, 3] as const;

/** Throws `config` when the file is not a database or cannot be used as one. */
export function openDatabase(file: string, options: { busyMs: number; readonly?: boolean }): Db {
  const db = asConfigError(file, () => {
    if (!options.readonly) fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    return connect(file, { timeout: options.busyMs, readonly: options.readonly ?? false });
  });
  try {
    asConfigError(file, () => setPragmas(db));
    assertSqliteVersion(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

export function setBusyMs(dbs: Db[], busyMs: number) {
  for (const db of dbs) db.pragma(`busy_timeout = ${busyMs}`);
}

/** Prepares each SQL text of a table under its name. */
export function prepareAll<Name extends string>(db: Db, sql: Record<Name, string>) {
  const prepared = Object.entries<string>(sql).map(([name, text]) => [name, db.prepare<unknown[]>(text)]);
  return Object.fromEntries(prepared) as Record<Name, Database.Statement<unknown[]>>;
}

/** Returns a function that prepares each SQL text once. All callers of a connection share them. */
export function prepareOnce(db: Db): (sql: string) => Database.Statement<unknown[]> {
  const statements = statementsOf(db);
  return (sql) => {
    const known = statements.get(sql);
    if (known) return known;
    const statement = db.prepare<unknown[]>(sql);
    statements.set(sql, statement);
    return statement;
  };
}

const statements = new WeakMap<Db, Cache<Database.Statement<unknown[]>>>();

/** The statements that `prepareOnce` keeps for a connection. */
export function statementsOf(db: Db): Cache<Database.Statement<unknown[]>> {
  const known = statements.get(db);
  if (known) return known;
  const cache = createCache<Database.Statement<unknown[]>>('statements', {
    reads: 'viewer',
    about: 'Compiled statements on jobs and on the audit log.',
    entries: 500,
    bytes: 4 * 1024 * 1024,
    sizeOf: () => statementBytes,
    show: ({ source }) => source,
    now: () => new Date(),
  });
  statements.set(db, cache);
  return cache;
}

/** Returns a function whose number changes when another connection has committed to the file. */
export function prepareDataVersion(db: Db): () => number {
  const version = db.prepare('PRAGMA data_version').pluck();
  return () => version.get() as number;
}

/** Commits without fsync: the commit survives the end of this process, but perhaps not a power cut. For rows that nobody
 *  needs after one, or that are synced before anybody relies on them. */
export function withoutSync<T>(db: Db, work: () => T): T {
  db.pragma('synchronous = NORMAL');
  try {
    return work();
  } finally {
    db.pragma('synchronous = FULL');
  }
}

/** Pragmas are set on every connection: builds of SQLite differ in their default of `synchronous`. */
function setPragmas(db: Db) {
  if (!db.readonly && db.pragma('journal_mode = WAL', { simple: true }) !== 'wal') {
    throw new Error('its file system does not support a write-ahead log');
  }
  db.pragma('synchronous = FULL');
  db.pragma('foreign_keys = ON');
}

/** Throws the errors of `work` that are not ours as `config`, with the file. */
export function asConfigError<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw (
      toOpeningRefusal(Object.assign(cause as Error, { file })) ??
      new AppError('config', `${file} cannot be opened: ${(cause as Error).message}.`)
    );
  }
}

function assertSqliteVersion(db: Db) {
  const version = db.prepare('SELECT sqlite_version()').pluck().get() as string;
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  const [minMajor, minMinor, minPatch] = minSqlite;
  const have = major * 1e6 + minor * 1e3 + patch;
  if (have >= minMajor * 1e6 + minMinor * 1e3 + minPatch) return;
  throw new AppError('config', `SQLite ${version} is too old; ${minSqlite.join('.')} or newer is needed.`);
}
