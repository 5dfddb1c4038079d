// Damages a closed database file as a failing disk does: a page of a table becomes noise.
import fs from 'node:fs';
import { openDatabase } from '../../src/core/db/open.ts';

const pages = {
  first: 'SELECT rootpage FROM sqlite_master WHERE name = ?',
  last: 'SELECT max(pageno) FROM dbstat WHERE name = ? AND ncell > 0',
};
type Page = keyof typeof pages;

/** Counting the rows of a table does not read its last page, if it has an index. */
export function damageTable(file: string, table: string, which: Page = 'first') {
  const db = openDatabase(file, { busyMs: 1000 });
  db.pragma('wal_checkpoint(TRUNCATE)');
  const page = db.prepare(pages[which]).pluck().get(table) as number;
  const size = db.pragma('page_size', { simple: true }) as number;
  db.close();
  const fd = fs.openSync(file, 'r+');
  fs.writeSync(fd, Buffer.alloc(size, 0xee), 0, size, (page - 1) * size);
  fs.closeSync(fd);
}
