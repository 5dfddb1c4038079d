// Opens SQLite files the one way this program opens them. Every script loads it, so it never imports drizzle.
import fs from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { AppError } from '../errors.ts';

export type Db = Database.Database;

/** The server must not be frozen by a busy file: it asks again later. Scripts and workers may wait. */
export const serverBusyMs = 20;
export const scriptBusyMs = 60_000;

/** Below this version a race at the reset of the WAL can lose committed data (fixed by SQLite in 3.51.3). */
const leastSqlite = [3, 51, 3] as const;

/** Throws `config` when the file is no database or cannot be used as one. */
export function openDatabase(file: string, options: { busyMs: number; readonly?: boolean }): Db {
  if (!options.readonly) fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const db = refusing(
    file,
    () => new Database(file, { timeout: options.busyMs, readonly: options.readonly ?? false }),
  );
  try {
    refusing(file, () => setPragmas(db));
    assertSqliteVersion(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Tells a number that changes when another connection has committed to the file. */
export function prepareDataVersion(db: Db): () => number {
  const version = db.prepare('PRAGMA data_version').pluck();
  return () => version.get() as number;
}

/** What `work` commits outlives this process, but maybe not a loss of power, and costs no wait for the disk. For what
 *  nobody needs after such a loss, or what a commit that is synced follows before anybody relies on it. */
export function withoutSync<T>(db: Db, work: () => T): T {
  db.pragma('synchronous = NORMAL');
  try {
    return work();
  } finally {
    db.pragma('synchronous = FULL');
  }
}

/** Pragmas are set on every connection: the compiled default of `synchronous` differs between openings. */
function setPragmas(db: Db) {
  if (!db.readonly && db.pragma('journal_mode = WAL', { simple: true }) !== 'wal') {
    throw new Error('its file system cannot keep a write-ahead log');
  }
  db.pragma('synchronous = FULL');
  db.pragma('foreign_keys = ON');
}

function refusing<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw new AppError('config', `${file} cannot be opened: ${(cause as Error).message}.`);
  }
}

function assertSqliteVersion(db: Db) {
  const version = db.prepare('SELECT sqlite_version()').pluck().get() as string;
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  const [leastMajor, leastMinor, leastPatch] = leastSqlite;
  const have = major * 1e6 + minor * 1e3 + patch;
  if (have >= leastMajor * 1e6 + leastMinor * 1e3 + leastPatch) return;
  throw new AppError('config', `SQLite ${version} is too old; ${leastSqlite.join('.')} or newer is needed.`);
}
