// The statements that only benches need: a running job, and tables as `sqlite3 .import` would fill them.
import { randomUUID } from 'node:crypto';
import type { Db } from '../../src/db/open.ts';

/** Gives the id of a job whose first attempt is running, so that a script's fence holds. */
export function insertRunningJob(ops: Db, operation: string): string {
  const id = randomUUID();
  ops
    .prepare(
      `INSERT INTO job (id, operation, status, mode, requested_by, args, attempt, created_at)
        VALUES (?, ?, 'running', 'scripts', 'bench', '{}', 1, ?)`,
    )
    .run(id, operation, new Date().toISOString());
  return id;
}

/** The library's own tables with their keys and indexes, but without triggers, in an empty file. */
export function copyTables(library: Db, plain: Db) {
  const statements = library
    .prepare<[], string>(
      `SELECT sql FROM sqlite_master WHERE type IN ('table', 'index') AND sql IS NOT NULL
        AND tbl_name IN ('categories', 'experiences', 'category_manuals') ORDER BY type DESC`,
    )
    .pluck()
    .all();
  for (const sql of statements) plain.exec(sql);
}
