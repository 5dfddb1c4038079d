// Reads rows, revision and audit head of the databases of a set. No other process has the copies open.
import { ownRows } from '../core/db/audit-chain.ts';
import { connect } from '../core/db/driver.ts';
import type { Db } from '../core/db/open.ts';

/** Begins a transaction, which ends with the connection. Returns the file: a link to it has no log beside it. */
export function beginReading(db: Db): string {
  db.exec('BEGIN; SELECT 1 FROM sqlite_master');
  const [{ file }] = db.pragma('database_list') as [{ file: string }];
  return file;
}

/** The most that SQLite maps. */
const mappedBytes = 2 ** 31 - 65_536;

/** A copy of a database with a write-ahead log says in its header that it has one, so even a reader would make it. */
export function leaveLog(file: string) {
  const copy = connect(file);
  try {
    copy.pragma('synchronous = OFF');
    copy.pragma('journal_mode = DELETE');
  } finally {
    copy.close();
  }
}

/** Reads each page; throws what SQLite throws for a damaged database. The copy was just written, so it can be mapped: a disk
 *  error in a mapped file would end the process. */
export function assertWhole(copy: Db) {
  copy.pragma(`mmap_size = ${mappedBytes}`);
  const finding = copy.pragma('quick_check(1)', { simple: true }) as string;
  if (finding !== 'ok') throw Object.assign(new Error(finding), { code: 'SQLITE_CORRUPT' });
}

/** Whether it has no table, as an empty file. */
export function isBlank(db: Db): boolean {
  return db.prepare(`SELECT 1 FROM sqlite_master WHERE type = 'table' LIMIT 1`).get() === undefined;
}

/** Whether a library has an experience or a manual. */
export function hasEntries(library: Db): boolean {
  const sql = 'SELECT 1 FROM experiences UNION ALL SELECT 1 FROM category_manuals LIMIT 1';
  return library.prepare(sql).get() !== undefined;
}

/** The names of the tables that a manifest counts. */
export function countedTables(db: Db): string[] {
  return db
    .prepare<[], string>(
      `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
        AND sql NOT LIKE 'CREATE VIRTUAL %' ORDER BY name`,
    )
    .pluck()
    .all();
}

/** The rows of each table, by name. Reads all of them. */
export function countTables(db: Db): Record<string, number> {
  const count = (name: string) =>
    db
      .prepare<[], number>(`SELECT count(*) FROM "${name.replaceAll('"', '""')}"`)
      .pluck()
      .get() ?? 0;
  return Object.fromEntries(countedTables(db).map((name) => [name, count(name)]));
}

/** The revision of a library; 0 in one that this program has never opened. */
export function readRevision(library: Db): number {
  const table = library.prepare(`SELECT 1 FROM sqlite_master WHERE name = 'ops_library_state'`).get();
  if (!table) return 0;
  return library.prepare<[], number>('SELECT revision FROM ops_library_state').pluck().get() ?? 0;
}

/** The last row of the audit log; null where it has no hash. */
export function readAuditHead(ops: Db): { id: number; hash: string } | null {
  const columns = ops.prepare(`SELECT name FROM pragma_table_info('audit')`).pluck().all();
  if (!columns.includes('hash')) return null;
  const last = ops
    .prepare<[], { id: number; hash: string | null }>(
      `SELECT id, hash FROM audit WHERE ${ownRows} ORDER BY id DESC LIMIT 1`,
    )
    .get();
  return last?.hash ? { id: last.id, hash: last.hash } : null;
}
