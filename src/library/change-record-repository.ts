// The record of what a job changes in the library, kept in the backup that is made before: it lets the job be undone. It has
// a hash of each changed row after the change, which shows whether the row was changed since.
import { hash } from 'node:crypto';
import { connect } from '../core/db/driver.ts';
import type { Db } from '../core/db/open.ts';
import { type Kind, kinds, type Value } from './rules.ts';

/** `values`: the compared columns of the row after the change, in the order of its shape; null for a removed row. */
export type Change = { kind: Kind; key: string; values: Value[] | null };

/** The table exists in backups only; it has one row. `job_id` is empty for a script that was started by hand. `changes` is
 *  JSON: by kind, all changes as `[key, hash]`. A row for each would take longer to write than the hashes to compute. */
const table = `CREATE TABLE ops_changes (
  job_id text NOT NULL, operation text NOT NULL, rows integer NOT NULL, changes text NOT NULL
)`;

/** Adds the record to a backup that nobody else has open yet; the caller syncs the file. A backup has no log beside it, so
 *  that it can be read without writing. */
export function writeChangeRecord(
  file: string,
  job: { id: string; operation: string },
  changes: Iterable<Change>,
) {
  const backup = connect(file);
  try {
    backup.pragma('synchronous = OFF');
    backup.pragma('journal_mode = DELETE');
    const recorded: Record<Kind, [key: string, hash: string | null][]> = {
      category: [],
      experience: [],
      manual: [],
    };
    for (const { kind, key, values } of changes) recorded[kind].push([key, values && hashValues(values)]);
    const rows = kinds.reduce((sum, kind) => sum + recorded[kind].length, 0);
    const add = 'INSERT INTO ops_changes VALUES (?, ?, ?, ?)';
    const write = backup.transaction(() => {
      backup.exec(table);
      backup.prepare(add).run(job.id, job.operation, rows, JSON.stringify(recorded));
    });
    write();
  } finally {
    backup.close();
  }
}

/** Returns the id of the job whose changes the backup records; null for a backup without a record. */
export function readChangeRecord(backup: Db): string | null {
  const table = `SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'ops_changes'`;
  if (!backup.prepare(table).get()) return null;
  return backup.prepare<[], string>('SELECT job_id FROM ops_changes').pluck().get() ?? null;
}

/** Hashes the compared columns of a row. A missing value equals an empty one, as when a sheet is compared. */
export function hashValues(values: Value[]): string {
  return hash('sha256', values.join('\0'), 'base64');
}
