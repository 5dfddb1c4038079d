// The record of what a job changes in the library, kept in the backup that is made before: it lets the job be undone. It has
// a hash of each changed row after the change, which shows whether the row was changed since.
import { hash } from 'node:crypto';
import { connect } from '../core/db/driver.ts';
import type { Db } from '../core/db/open.ts';
import { type Kind, kinds, type Value } from './rules.ts';

/** `values`: the compared columns of the row after the change, in the order of its shape; null for a removed row. */
export type Change = { kind: Kind; key: string; values: Value[] | null };

/** `hash`: null for a removed row. */
type RecordedChange = [key: string, hash: string | null];

/** `changes`: in the order in which they were recorded. */
export type ChangeRecord = { jobId: string; changes: Record<Kind, RecordedChange[]> };

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
    const recorded = noChanges();
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

function noChanges(): ChangeRecord['changes'] {
  return { category: [], experience: [], manual: [] };
}

/** Reads the record of the backup that is open under this name; null without a whole record. */
export function readChangeRecord(db: Db, schema: 'main' | 'backup' = 'main'): ChangeRecord | null {
  const isTable = db.prepare<[string], number>(
    `SELECT 1 FROM ${schema}.sqlite_master WHERE type = 'table' AND name = ?`,
  );
  if (isTable.get('ops_changes')) return readJson(db, schema);
  return isTable.get('ops_change_record') ? readRows(db, schema) : null;
}

function readJson(db: Db, schema: string): ChangeRecord | null {
  const found = db
    .prepare<[], { jobId: string; changes: string }>(
      `SELECT job_id AS jobId, changes FROM ${schema}.ops_changes`,
    )
    .get();
  return found ? { ...found, changes: JSON.parse(found.changes) } : null;
}

/** Earlier versions wrote a row for each change. */
function readRows(db: Db, schema: string): ChangeRecord | null {
  const jobId = db
    .prepare<[], string>(
      `SELECT job_id FROM ${schema}.ops_change_record WHERE rows = (SELECT count(*) FROM ${schema}.ops_change)`,
    )
    .pluck()
    .get();
  if (jobId === undefined) return null;
  const changes = noChanges();
  const rows = db
    .prepare<[], [Kind, ...RecordedChange]>(`SELECT kind, key, hash FROM ${schema}.ops_change ORDER BY rowid`)
    .raw();
  for (const [kind, ...change] of rows.iterate()) changes[kind].push(change);
  return { jobId, changes };
}

/** Removes the record from a backup that becomes the library again; that of an earlier version, too. */
export function dropChangeRecord(db: Db) {
  for (const name of ['ops_changes', 'ops_change_record', 'ops_change'])
    db.exec(`DROP TABLE IF EXISTS ${name}`);
}

/** Hashes the compared columns of a row. A missing value equals an empty one, as when a sheet is compared. */
export function hashValues(values: Value[]): string {
  return hash('sha256', values.join('\0'), 'base64');
}
