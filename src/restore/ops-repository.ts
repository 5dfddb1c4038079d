// The statements of restore-ops: they read the rows of the present file that go along, and its last numbers. None begins a
// transaction.
import { listMigrations } from '../core/db/migrations.ts';
import type { Db } from '../core/db/open.ts';
import { AppError } from '../core/errors.ts';

/** The tables whose rows go along, each with the migration that has made it. A token that was revoked since must not come back; a
 *  backup is there or not, whatever the log of then says. */
const keptTables = { access_token: '0013_control', backup: '0015_storage' } as const;
const keptNames = Object.keys(keptTables) as (keyof typeof keptTables)[];

/** The rows of a table that go along, by column. */
export type KeptRows = Record<keyof typeof keptTables, Record<string, unknown>[]>;

/** Its number and hash. */
export type AuditEnd = { id: number; hash: string | null };

/** Reads a database of this or an earlier version, which may not have had a table yet. Throws for one that cannot be read, and
 *  `config` for one that has lost a table or has none. */
export function readKept(ops: Db): KeptRows {
  const migrations = listMigrations(ops, 'ops').filter((one) => one.is_applied);
  if (migrations.length === 0) throw new AppError('config', `${ops.name} has no table of CHL Operations`);
  const read = (table: keyof typeof keptTables) => {
    if (columnsOf(ops, table).length > 0) return ops.prepare(`SELECT * FROM ${table}`).all();
    if (!migrations.some(({ name }) => name === keptTables[table])) return [];
    throw new AppError('config', `${ops.name} has lost its table ${table}`);
  };
  return Object.fromEntries(keptNames.map((table) => [table, read(table)])) as KeptRows;
}

/** The last row of the audit log; null without one. */
export function readAuditEnd(ops: Db): AuditEnd | null {
  const last = ops.prepare('SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1').get();
  return (last as AuditEnd | undefined) ?? null;
}

/** The highest number that a job has had. */
export function readHighestJob(ops: Db): number {
  return Number(ops.prepare(`SELECT seq FROM sqlite_sequence WHERE name = 'job'`).pluck().get() ?? 0);
}

/** That of the jobs that are still listed. */
export function readHighestListed(ops: Db): number {
  return Number(ops.prepare('SELECT max(number) FROM job').pluck().get() ?? 0);
}

/** Replaces the rows of these tables. A column that this version does not have is left out. */
export function putKept(ops: Db, kept: KeptRows) {
  for (const table of keptNames) {
    const columns = columnsOf(ops, table);
    ops.exec(`DELETE FROM ${table}`);
    for (const row of kept[table]) {
      const names = columns.filter((name) => Object.hasOwn(row, name));
      const marks = names.map((name) => `@${name}`);
      ops.prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${marks.join(', ')})`).run(row);
    }
  }
}

/** Returns how many there were. */
export function dropSessions(ops: Db): number {
  return ops.prepare('DELETE FROM session').run().changes;
}

/** Makes the numbers of jobs go on after this one, since files and links name a job by its number. */
export function skipJobNumbers(ops: Db, highest: number) {
  const { changes } = ops
    .prepare(`UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'job'`)
    .run(highest);
  if (changes === 0) ops.prepare(`INSERT INTO sqlite_sequence (name, seq) VALUES ('job', ?)`).run(highest);
}

function columnsOf(ops: Db, table: string): string[] {
  return ops.prepare('SELECT name FROM pragma_table_info(?)').pluck().all(table) as string[];
}
