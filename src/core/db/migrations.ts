// Applies migrations. Drizzle reads the files, and this file applies them as drizzle's migrator does, because loading that
// takes longer than running the migrations.
import fs from 'node:fs';
import path from 'node:path';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { packageRoot } from '../config.ts';
import { AppError } from '../errors.ts';
import { connect } from './driver.ts';
import { asConfigError, type Db, scriptBusyMs } from './open.ts';

type Name = 'library' | 'ops';

/** Applies the missing migrations in one transaction. Throws `config`, also for a file written by a newer version. */
export function applyMigrations(db: Db, name: Name) {
  refuseNewer(db, name);
  const migrations = readMigrations(name);
  const findMissing = () => {
    const newest = newestApplied(db);
    return migrations.filter(({ folderMillis }) => folderMillis > newest);
  };
  if (findMissing().length === 0) return;
  const apply = db.transaction(() => {
    db.exec(
      `CREATE TABLE IF NOT EXISTS ${table} (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at numeric)`,
    );
    const record = db.prepare(`INSERT INTO ${table} (hash, created_at) VALUES (?, ?)`);
    for (const { sql, hash, folderMillis } of findMissing()) {
      for (const statement of sql) db.exec(statement);
      record.run(hash, folderMillis);
    }
  });
  // Another server may be migrating the same library: this one waits, then finds nothing missing.
  const busyMs = db.pragma('busy_timeout', { simple: true });
  db.pragma(`busy_timeout = ${scriptBusyMs}`);
  try {
    asConfigError(db.name, () => apply.immediate());
  } catch (error) {
    if (((error as AppError).cause as { code?: string } | undefined)?.code !== 'SQLITE_ERROR') throw error;
    throw new AppError(
      'config',
      `${db.name} cannot be brought to this version of CHL Operations, because its tables are others than it says. It was not changed. Put a backup in its place, or use a new file.`,
      (error as AppError).details,
    );
  } finally {
    db.pragma(`busy_timeout = ${busyMs}`);
  }
}

/** Throws `config` when a newer version has written the file. */
export function refuseNewer(db: Db, name: Name, file = db.name) {
  if (!isNewer(db, name)) return;
  const message = `${file} was written by a newer version of CHL Operations. Start that version, or use another file.`;
  throw new AppError('config', message);
}

export function isNewer(db: Db, name: Name): boolean {
  const newestKnown = Math.max(...readJournal(name).map((entry) => entry.when));
  return newestApplied(db) > newestKnown;
}

/** How many migrations `applyMigrations` would apply. */
export function countMissing(db: Db, name: Name): number {
  const newest = newestApplied(db);
  return readMigrations(name).filter(({ folderMillis }) => folderMillis > newest).length;
}

/** Those of this version, oldest first: the name of each, and whether the file has it. */
export function listMigrations(db: Db, name: Name): { name: string; is_applied: boolean }[] {
  const newest = newestApplied(db);
  return readJournal(name).map(({ tag, when }) => ({ name: tag, is_applied: when <= newest }));
}

/** Throws `config` when the file lacks a table or a column that its migrations have made. */
export function refuseIncomplete(db: Db, name: Name, file = db.name) {
  const newest = newestApplied(db);
  if (newest === 0) return;
  const found = new Set(listColumns(db));
  const missing = readMade(name, newest).find((column) => !found.has(column));
  if (missing === undefined) return;
  const message = `${file} lacks the column ${missing}, although its version has it: another program has changed the file. It was not changed. Put a backup in its place, or use a new file.`;
  throw new AppError('config', message);
}

/** By database and newest migration. */
const made = new Map<string, string[]>();

/** The columns that the migrations up to `newest` make, as `table.column`. Other programs, too, make the tables of the library
 *  without `ops_`. */
function readMade(name: Name, newest: number): string[] {
  const key = `${name} ${newest}`;
  const columns = made.get(key) ?? makeColumns(name, newest);
  made.set(key, columns);
  return columns;
}

function makeColumns(name: Name, newest: number): string[] {
  const db = connect(':memory:');
  try {
    for (const { sql, folderMillis } of readMigrations(name))
      if (folderMillis <= newest) for (const statement of sql) db.exec(statement);
    return listColumns(db).filter((column) => name === 'ops' || column.startsWith('ops_'));
  } finally {
    db.close();
  }
}

function listColumns(db: Db): string[] {
  const sql = `
    SELECT lower(made.name || '.' || columns.name) FROM sqlite_master AS made, pragma_table_info(made.name) AS columns
    WHERE made.type = 'table'
  `;
  return db.prepare(sql).pluck().all() as string[];
}

const table = 'ops_migration';

function readMigrations(name: Name) {
  return readMigrationFiles({ migrationsFolder: folderOf(name) });
}

function readJournal(name: Name): { tag: string; when: number }[] {
  return JSON.parse(fs.readFileSync(path.join(folderOf(name), 'meta/_journal.json'), 'utf8')).entries;
}

function folderOf(name: Name): string {
  return path.join(packageRoot, 'migrations', name);
}

function newestApplied(db: Db): number {
  const exists = db.prepare(`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?`).get(table);
  if (!exists) return 0;
  return db.prepare(`SELECT coalesce(max(created_at), 0) FROM ${table}`).pluck().get() as number;
}
