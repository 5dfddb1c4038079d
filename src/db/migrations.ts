// Brings a database's schema up to date. Only the server's start needs it: loading drizzle takes longer than
// a small script runs.
import fs from 'node:fs';
import path from 'node:path';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import { packageRoot } from '../config.ts';
import { AppError } from '../errors.ts';
import type { Db } from './open.ts';

type Name = 'library' | 'ops';

/** Applies what is missing of `migrations/<name>`; refuses a file that a newer version has written. */
export function applyMigrations(db: Db, name: Name) {
  refuseNewer(db, name);
  migrate(drizzle(db), { migrationsFolder: folderOf(name), migrationsTable: table });
}

/** Throws `config` when a newer version has written the file. */
export function refuseNewer(db: Db, name: Name) {
  const journal: { entries: { when: number }[] } = JSON.parse(
    fs.readFileSync(path.join(folderOf(name), 'meta/_journal.json'), 'utf8'),
  );
  const newestKnown = Math.max(...journal.entries.map((entry) => entry.when));
  if (newestApplied(db) <= newestKnown) return;
  throw new AppError(
    'config',
    `${db.name} was written by a newer version of CHL Operations. Start that version, or use another file.`,
  );
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
