// The tables of ops.db for backups and the use of the disk. Times are ISO 8601 UTC.
import { sql } from 'drizzle-orm';
import { check, index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** The folder of backups is the truth; a row remembers what a file cannot say. */
export const backup = sqliteTable(
  'backup',
  {
    /** The name of its folder, or of the file of a copy before an import. */
    id: text().primaryKey(),
    /** The number of the job that made it. */
    job: integer(),
    at: text().notNull(),
    kind: text().notNull(),
    bytes: integer().notNull(),
    /** Of `manifest.json`. */
    sha256: text(),
    proof: text().notNull(),
    /** The number of the job that tested it. */
    proof_job: integer(),
    proof_at: text(),
    proof_text: text(),
    /** JSON: the steps of the test. */
    proof_steps: text(),
    note: text(),
    is_kept: integer().notNull(),
    gone_at: text(),
  },
  (table) => [
    check('backup_kind', sql`kind IN ('full', 'before_import', 'before_update')`),
    check('backup_proof', sql`proof IN ('none', 'proven', 'failed', 'inconclusive')`),
    check('backup_is_kept', sql`is_kept IN (0, 1)`),
    index('backup_at').on(table.at),
  ],
);

/** The bytes of a part of the data folder, such as `backups`, as last measured on a day (UTC). */
export const diskUse = sqliteTable(
  'disk_use',
  {
    day: text().notNull(),
    part: text().notNull(),
    bytes: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.day, table.part] })],
);
