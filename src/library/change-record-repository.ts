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

/** The table exists in backups only. `job_id` is empty for a script that was started by hand. `changes` is JSON: by kind, all
 *  changes as `[key, hash]`; a row for each would take longer to write than the hashes to compute. A long record has a row for
 *  each part of it, after one with `null`, which earlier versions refuse instead of reading the first part alone. */
const table = `CREATE TABLE ops_changes (
  job_id text NOT NULL, operation text NOT NULL, rows integer NOT NULL, changes text NOT NULL
)`;

/** A record is never held as a whole. */
const changesInPart = 1000;

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
    const write = backup.transaction(() => {
      backup.exec(table);
      const add = backup.prepare('INSERT INTO ops_changes VALUES (?, ?, ?, ?)');
      let parts = 0;
      for (const { rows, changes: part, isLast } of partsOf(changes)) {
        if (parts++ === 0 && !isLast) add.run(job.id, job.operation, 0, 'null');
        add.run(job.id, job.operation, rows, JSON.stringify(part));
      }
    });
    write();
  } finally {
    backup.close();
  }
}

type Part = { rows: number; changes: ChangeRecord['changes']; isLast: boolean };

/** At least one. */
function* partsOf(changes: Iterable<Change>): Generator<Part> {
  let part: Part = { rows: 0, changes: noChanges(), isLast: true };
  for (const { kind, key, values } of changes) {
    if (part.rows === changesInPart) {
      yield { ...part, isLast: false };
      part = { rows: 0, changes: noChanges(), isLast: true };
    }
    part.changes[kind].push([key, values && hashValues(values)]);
    part.rows++;
  }
  yield part;
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
  const parts = db
    .prepare<[], [jobId: string, changes: string]>(
      `SELECT job_id, changes FROM ${schema}.ops_changes ORDER BY rowid`,
    )
    .raw();
  let record: ChangeRecord | null = null;
  for (const [jobId, text] of parts.iterate()) {
    record ??= { jobId, changes: noChanges() };
    const part: ChangeRecord['changes'] | null = JSON.parse(text);
    if (part) for (const kind of kinds) for (const change of part[kind]) record.changes[kind].push(change);
  }
  return record;
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
