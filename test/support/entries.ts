// A library with entries for tests, created by the real migrations.
import { readConfig } from '../../src/core/config.ts';
import type { Db } from '../../src/core/db/open.ts';
import { prepareLibrary } from '../../src/core/db/library.ts';

const at = '2026-01-01T00:00:00.000Z';

/** An empty chl.db in `root`, with the category GEN. */
export function createLibrary(root: string, environment: Record<string, string> = {}) {
  const config = readConfig({ ...environment, CHL_EXPERIENCE_ROOT: root }, root);
  const { library } = prepareLibrary(config.databasePath);
  addCategory(library, 'GEN');
  return { config, library };
}

export function addCategory(library: Db, code: string) {
  library.prepare('INSERT INTO categories VALUES (?, ?, NULL, ?)').run(code, `Category ${code}`, at);
}

type Columns = Record<string, string | number | null>;

export function addExperience(library: Db, id: string, columns: Columns = {}) {
  insert(library, 'experiences', {
    id,
    category_code: 'GEN',
    section: 'useful',
    title: `Title of ${id}`,
    playbook: `Playbook of ${id}`,
    context: null,
    ...shared,
    ...columns,
  });
}

export function addManual(library: Db, id: string, columns: Columns = {}) {
  insert(library, 'category_manuals', {
    id,
    category_code: 'GEN',
    title: `Title of ${id}`,
    content: `Content of ${id}`,
    summary: null,
    ...shared,
    ...columns,
  });
}

const shared = { source: 'local', sync_status: 1, created_at: at, updated_at: at };

function insert(library: Db, table: string, columns: Columns) {
  const names = Object.keys(columns);
  library
    .prepare(
      `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map((name) => `@${name}`).join(', ')})`,
    )
    .run(columns);
}
