// How large a database and its tables are. Reading the tables takes a scan, so jobs do it, not pages.
import type { Db } from '../core/db/open.ts';
import { readPages } from '../core/db/pages.ts';

/** `bytes` and `unused_bytes`, the unfilled part of the pages, are those of the table and its indexes. */
export type TableSize = { name: string; rows: number; bytes: number; unused_bytes: number };

/** One row for each table and each index, so that pages are not listed one by one. */
const sizes = `
  SELECT coalesce(made.tbl_name, stat.name) AS name, sum(stat.pgsize) AS bytes, sum(stat.unused) AS unused_bytes
  FROM dbstat AS stat LEFT JOIN sqlite_master AS made ON made.name = stat.name
  WHERE stat.aggregate = TRUE GROUP BY 1 ORDER BY bytes DESC, 1
`;

/** The largest first. `onTable` is called before the rows of each are counted. */
export function readTables(db: Db, onTable: (done: number, total: number) => void): TableSize[] {
  const tables = db.prepare(sizes).all() as Omit<TableSize, 'rows'>[];
  return tables.map((table, at) => {
    onTable(at, tables.length);
    const rows = db
      .prepare(`SELECT count(*) FROM ${quote(table.name)}`)
      .pluck()
      .get() as number;
    return { ...table, rows };
  });
}

/** The bytes of the file and of its free pages, without the log. */
export function readBytes(db: Db): { bytes: number; free_bytes: number } {
  const { pages, free, pageBytes } = readPages(db);
  return { bytes: pages * pageBytes, free_bytes: free * pageBytes };
}

/** Also those that SQLite makes for keys. */
export const listIndexes = (db: Db) => listNames(db, 'index');
export const listTables = (db: Db) => listNames(db, 'table');

function listNames(db: Db, type: 'index' | 'table'): string[] {
  return db
    .prepare('SELECT name FROM sqlite_master WHERE type = ? ORDER BY name')
    .pluck()
    .all(type) as string[];
}

/** The table or index whose first page this is, in words; null when there is none. */
export function nameOfTree(db: Db, rootPage: number): string | null {
  if (rootPage === 1) return 'the list of tables';
  const row = db.prepare('SELECT type, name FROM sqlite_master WHERE rootpage = ?').get(rootPage) as
    | { type: string; name: string }
    | undefined;
  return row ? `the ${row.type} ${row.name}` : null;
}

export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
