// Opens chl.db: makes it, or adopts the file of an existing CHL library without changing a row of it.
import fs from 'node:fs';
import { applyMigrations, refuseNewer } from './migrations.ts';
import { type Db, openDatabase, serverBusyMs } from './open.ts';

/** Gives the connection and whether the file was made just now. Run once at start, before any script. */
export function prepareLibrary(file: string): { library: Db; isNew: boolean } {
  const isNew = !fs.existsSync(file);
  const library = openDatabase(file, { busyMs: serverBusyMs });
  refuseNewer(library, 'library');
  addContentHash(library);
  applyMigrations(library, 'library');
  return { library, isNew };
}

/** Existing libraries have `embeddings` without our column, which migrations index; an ADD COLUMN cannot be conditional
 *  in SQL. */
function addContentHash(library: Db) {
  const columns = library.prepare(`SELECT name FROM pragma_table_info('embeddings')`).pluck().all();
  if (columns.length === 0 || columns.includes('content_hash')) return;
  library.exec('ALTER TABLE embeddings ADD COLUMN content_hash text');
}
