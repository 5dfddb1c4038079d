// Opens chl.db: creates it, or adopts an existing CHL library without changing any of its rows.
import fs from 'node:fs';
import { inspectDatabase, inspectOpen } from './inspect.ts';
import { applyMigrations } from './migrations.ts';
import { aloneBusyMs, type Db, openDatabase } from './open.ts';

/** Returns the connection, and whether the file is new. Called once at start, before any script. Throws `config`. */
export function prepareLibrary(file: string): { library: Db; isNew: boolean } {
  const opened = openLibrary(file);
  migrateLibrary(opened.library);
  return opened;
}

/** The file keeps its version. */
export function openLibrary(file: string): { library: Db; isNew: boolean } {
  const isNew = !fs.existsSync(file);
  inspectLibrary(file);
  return { library: openDatabase(file, { busyMs: aloneBusyMs }), isNew };
}

export function migrateLibrary(library: Db) {
  addContentHash(library);
  applyMigrations(library, 'library');
}

/** Throws the refusals of `inspectDatabase`. Changes nothing. `open`: the connection of this process, if it has the file open. */
export function inspectLibrary(file: string, open?: Db) {
  const expected = { file, setting: 'CHL_DATABASE_PATH', name: 'library', tables } as const;
  if (open) inspectOpen(open, expected);
  else inspectDatabase(expected);
}

const entry = [
  'id text',
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
  categories: ['code text', 'name', 'description', 'created_at'],
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
