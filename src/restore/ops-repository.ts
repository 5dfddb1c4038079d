// The statements that restore ops.db: what of the present file goes along, and where both end. No statement begins a
// transaction.
import type { Db } from '../core/db/open.ts';

/** The rows of a table that go along, by column. */
export type KeptRows = Record<(typeof keptTables)[number], Record<string, unknown>[]>;

/** A token that was revoked since must not come back; a backup is there or not, whatever the log of then says. */
const keptTables = ['access_token', 'backup'] as const;

/** `audit`: the last row of the audit log; null without one. `jobs`: the highest number that a job has had. */
export type Ends = { audit: { id: number; hash: string | null } | null; jobs: number };

/** Reads a database of this or an earlier version, which may lack a table. Throws for one that cannot be read. */
export function readKept(ops: Db): KeptRows {
  const read = (table: string) =>
    columnsOf(ops, table).length === 0 ? [] : ops.prepare(`SELECT * FROM ${table}`).all();
  return Object.fromEntries(keptTables.map((table) => [table, read(table)])) as KeptRows;
}

export function readEnds(ops: Db): Ends {
  const last = ops.prepare('SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1').get() as Ends['audit'];
  const highest = ops.prepare(`SELECT seq FROM sqlite_sequence WHERE name = 'job'`).pluck().get();
  return { audit: last ?? null, jobs: Number(highest ?? 0) };
}

/** Replaces the rows of these tables. A column that this version does not have is left out. */
export function putKept(ops: Db, kept: KeptRows) {
  for (const table of keptTables) {
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
