// The statements on the database that is replaced, and on the library that replaces it. No statement begins a transaction.
import type { Db } from '../core/db/open.ts';

/** Puts the changes that are in the log into the file, which is then whole without it. */
export function emptyLog(db: Db) {
  db.pragma('wal_checkpoint(TRUNCATE)');
}

/** Raises the revision above that of the replaced library, so that a plan for that one is outdated. */
export function raiseRevision(library: Db, replaced: number) {
  library.prepare('UPDATE ops_library_state SET revision = max(revision, ?) + 1').run(replaced);
}
