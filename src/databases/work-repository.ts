// The statements that write a database, or a part of it, anew.
import type { Db } from '../core/db/open.ts';
import { listIndexes, quote } from './table-repository.ts';

export function analyze(db: Db) {
  db.exec('ANALYZE');
}

/** One by one, so that the server can write in between. */
export function reindex(db: Db, onIndex: (done: number, total: number) => void) {
  const indexes = listIndexes(db);
  for (const [at, name] of indexes.entries()) {
    onIndex(at, indexes.length);
    db.exec(`REINDEX ${quote(name)}`);
  }
}

/** The file shrinks when its log is emptied, which waits for those who read an older state. */
export function vacuum(db: Db) {
  db.exec('VACUUM');
  db.pragma('wal_checkpoint(TRUNCATE)');
}
