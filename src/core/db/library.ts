// Opens chl.db: creates it, or adopts an existing CHL library without changing any of its rows.
import fs from 'node:fs';
import { applyMigrations, refuseNewer } from './migrations.ts';
import { type Db, openDatabase, serverBusyMs } from './open.ts';

/** Returns the connection, and whether the file is new. Called once at start, before any script. Throws `config`. */
export function prepareLibrary(file: string): { library: Db; isNew: boolean } {
  const isNew = !fs.existsSync(file);
  const library = openDatabase(file, { busyMs: serverBusyMs });
  refuseNewer(library, 'library');
  addContentHash(library);
  applyMigrations(library, 'library');
  return { library, isNew };
}

/** Existing libraries lack this column, which migrations index; SQLite has no conditional ADD COLUMN. */
function addContentHash(library: Db) {
  const columns = library.prepare(`SELECT name FROM pragma_table_info('embeddings')`).pluck().all();
  if (columns.length === 0 || columns.includes('content_hash')) return;
  library.exec('ALTER TABLE embeddings ADD COLUMN content_hash text');
}
