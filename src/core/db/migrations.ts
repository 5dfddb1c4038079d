// Applies migrations. Drizzle reads the files, and this file applies them as drizzle's migrator does, because loading that
// takes longer than running the migrations.
import fs from 'node:fs';
import path from 'node:path';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { packageRoot } from '../config.ts';
import { AppError } from '../errors.ts';
import { asConfigError, type Db, scriptBusyMs } from './open.ts';

type Name = 'library' | 'ops';

/** Applies the missing migrations in one transaction. Throws `config`, also for a file written by a newer version. */
export function applyMigrations(db: Db, name: Name) {
  refuseNewer(db, name);
  const migrations = readMigrationFiles({ migrationsFolder: folderOf(name) });
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
    if ((error as AppError).details?.cause !== 'SQLITE_ERROR') throw error;
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
  const journal: { entries: { when: number }[] } = JSON.parse(
    fs.readFileSync(path.join(folderOf(name), 'meta/_journal.json'), 'utf8'),
  );
  const newestKnown = Math.max(...journal.entries.map((entry) => entry.when));
  return newestApplied(db) > newestKnown;
}

const table = 'ops_migration';

function folderOf(name: Name): string {
  return path.join(packageRoot, 'migrations', name);
}

function newestApplied(db: Db): number {
  const exists = db.prepare(`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?`).get(table);
  if (!exists) return 0;
  return db.prepare(`SELECT coalesce(max(created_at), 0) FROM ${table}`).pluck().get() as number;
}
