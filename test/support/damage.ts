// Damages a closed database file as a failing disk does: the first page of a table becomes noise.
import fs from 'node:fs';
import { openDatabase } from '../../src/core/db/open.ts';

export function damageTable(file: string, table: string) {
  const db = openDatabase(file, { busyMs: 1000 });
  db.pragma('wal_checkpoint(TRUNCATE)');
  const page = db.prepare('SELECT rootpage FROM sqlite_master WHERE name = ?').pluck().get(table) as number;
  const size = db.pragma('page_size', { simple: true }) as number;
  db.close();
  const fd = fs.openSync(file, 'r+');
  fs.writeSync(fd, Buffer.alloc(size, 0xee), 0, size, (page - 1) * size);
  fs.closeSync(fd);
}
