// Opens chl.db: creates it, or adopts an existing CHL library without changing any of its rows.
import fs from 'node:fs';
import { inspectDatabase, refuseForeign } from './inspect.ts';
import { applyMigrations, refuseNewer } from './migrations.ts';
import { asConfigError, type Db, openDatabase, serverBusyMs } from './open.ts';

/** Returns the connection, and whether the file is new. Called once at start, before any script. Throws `config`. */
export function prepareLibrary(file: string): { library: Db; isNew: boolean } {
  const isNew = !fs.existsSync(file);
  inspectLibrary(file);
  const library = openDatabase(file, { busyMs: serverBusyMs });
  addContentHash(library);
  asConfigError(file, () => applyMigrations(library, 'library'));
  return { library, isNew };
}

/** Throws `config` for a file that is not a library or that a newer version has written. Changes nothing. */
export function inspectLibrary(file: string) {
  inspectDatabase(file, (db) => {
    refuseForeign(db, file, 'CHL_DATABASE_PATH', tables);
    refuseNewer(db, 'library', file);
  });
}

const entry = [
  'id',
  'category_code',
  'title',
  'source',
  'sync_status',
  'author',
  'embedding_status',
  'created_at',
  'updated_at',
  'synced_at',
  'exported_at',
];
/** What every library has, also one of another CHL program. */
const tables = {
  categories: ['code', 'name', 'description', 'created_at'],
  experiences: [...entry, 'section', 'playbook', 'context'],
  category_manuals: [...entry, 'content', 'summary'],
  embeddings: [
    'entity_id',
    'entity_type',
    'model_name',
    'model_version',
    'embedding_dimension',
    'embedding_data',
    'created_at',
  ],
};

/** Existing libraries lack this column, which migrations index; SQLite has no conditional ADD COLUMN. */
function addContentHash(library: Db) {
  const columns = library.prepare(`SELECT name FROM pragma_table_info('embeddings')`).pluck().all();
  if (columns.length === 0 || columns.includes('content_hash')) return;
  library.exec('ALTER TABLE embeddings ADD COLUMN content_hash text');
}
