// The record of what a job changes in the library, kept in the backup that is made before: it lets the job be undone. It says
// of each changed row what the job did and a hash of the row after it, which shows whether the row was changed since.
import { hash } from 'node:crypto';
import { connect } from '../core/db/driver.ts';
import type { Db } from '../core/db/open.ts';
import type { Kind, Value } from './rules.ts';

/** `values`: the compared columns of the row after the change, in the order of its shape; null for a removed row. */
export type Change = {
  kind: Kind;
  key: string;
  change: 'added' | 'changed' | 'removed';
  values: Value[] | null;
};

/** The tables exist in backups only. `job_id` is empty for a script that was started by hand. */
const tables = `
  CREATE TABLE ops_change_record (job_id text NOT NULL, operation text NOT NULL, rows integer NOT NULL);
  CREATE TABLE ops_change (kind text NOT NULL, key text NOT NULL, change text NOT NULL, hash text);
`;

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
    backup.exec(tables);
    const add = backup.prepare('INSERT INTO ops_change (kind, key, change, hash) VALUES (?, ?, ?, ?)');
    const write = backup.transaction(() => {
      let rows = 0;
      for (const { kind, key, change, values } of changes) {
        add.run(kind, key, change, values && hashValues(values));
        rows++;
      }
      backup.prepare('INSERT INTO ops_change_record VALUES (?, ?, ?)').run(job.id, job.operation, rows);
    });
    write();
  } finally {
    backup.close();
  }
}

/** Returns the id of the job whose changes the backup records; null for a backup without a whole record. */
export function readChangeRecord(backup: Db): string | null {
  const table = `SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'ops_change_record'`;
  if (!backup.prepare(table).get()) return null;
  const recorded = backup.prepare(
    'SELECT job_id FROM ops_change_record WHERE rows = (SELECT count(*) FROM ops_change)',
  );
  return (recorded.pluck().get() as string | undefined) ?? null;
}

/** Hashes the compared columns of a row. A missing value equals an empty one, as when a sheet is compared. */
export function hashValues(values: Value[]): string {
  return hash('sha256', values.join('\0'), 'base64');
}
