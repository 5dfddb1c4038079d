// The statements on categories, experiences and manuals for import and export. A row is an array in the order of `shapes`. No
// statement begins a transaction: callers use `read` or `write`.
import type { Db } from '../core/db/open.ts';
import { type Applied, recordApplied } from './applied.ts';
import { columnsOf, type Kind, shapes, syncStatuses, type Value } from './rules.ts';

export type Library = ReturnType<typeof createLibrary>;
/** The named source whose import has added an entry, and the id of that job. */
export type Origin = { source: string; job: string };
export type Counts = { categories: number; experiences: number; manuals: number };

/** `values`: the compared columns; `times`: in the order of the shape. */
export type NewRow = { values: Value[]; times: Value[] };

/** Silences the triggers of added entries and of `embedding_status` until the same transaction sets `is_settling` to 0; it
 *  updates counts, tasks and origins itself. */
export const beginSettling = 'UPDATE ops_library_state SET is_settling = 1';

export const tables = {
  category: 'categories',
  experience: 'experiences',
  manual: 'category_manuals',
} as const;

/** Expects a chl.db that `prepareLibrary` has prepared. */
export function createLibrary(db: Db) {
  const revision = db.prepare<[], number>('SELECT revision FROM ops_library_state WHERE id = 1').pluck();
  const counts = db.prepare<[], Counts>(
    `SELECT (SELECT count(*) FROM categories) AS categories, (SELECT count(*) FROM experiences) AS experiences,
      (SELECT count(*) FROM category_manuals) AS manuals`,
  );
  const isLocal = `sync_status = ${syncStatuses.local_only}`;
  const localCounts = db.prepare<[], Omit<Counts, 'categories'>>(
    `SELECT (SELECT count(*) FROM experiences WHERE ${isLocal}) AS experiences,
      (SELECT count(*) FROM category_manuals WHERE ${isLocal}) AS manuals`,
  );
  const isEmpty = db
    .prepare<[], 0 | 1>(
      `SELECT NOT EXISTS (SELECT 1 FROM categories) AND NOT EXISTS (SELECT 1 FROM experiences)
        AND NOT EXISTS (SELECT 1 FROM category_manuals)`,
    )
    .pluck();
  const entriesByCategory = db.prepare<[], [string, number]>(
    `SELECT category_code, count(*) FROM (
      SELECT category_code FROM experiences UNION ALL SELECT category_code FROM category_manuals
    ) GROUP BY category_code`,
  );
  const entriesBySource = db.prepare<[], [string, number]>(
    'SELECT source, count(*) FROM ops_origin GROUP BY source',
  );
  const categoryNames = db.prepare<[], [string, string]>('SELECT code, name FROM categories ORDER BY code');
  return {
    category: categoryRows(db),
    experience: entryRows(db, 'experience'),
    manual: entryRows(db, 'manual'),
    /** Grows with every change of compared columns, by any program. */
    revision: () => revision.get() ?? 0,
    counts: () => counts.get() as Counts,
    /** Whether it has no row at all. */
    isEmpty: () => isEmpty.get() === 1,
    /** Pairs of code and name. */
    categoryNames: () => categoryNames.raw().all() as [string, string][],
    entriesByCategory: () => Object.fromEntries(entriesByCategory.raw().all()) as Record<string, number>,
    /** Counts the entries that came from each source. */
    entriesBySource: () => Object.fromEntries(entriesBySource.raw().all()) as Record<string, number>,
    /** Counts entries that are `local_only`. */
    localCounts: () => localCounts.get() as Omit<Counts, 'categories'>,
    recordApplied: (applied: Applied) => recordApplied(db, applied),
    /** All reads of `work` see the same state. */
    read: <T>(work: () => T): T => db.transaction(work).deferred(),
    /** Does the same as `read` for work that waits; meanwhile nothing else may use the connection. */
    async readWhile<T>(work: () => Promise<T>): Promise<T> {
      db.exec('BEGIN');
      try {
        return await work();
      } finally {
        db.exec('COMMIT');
      }
    },
    /** Blocks other writers from the first statement on; an error rolls back. */
    write: <T>(work: () => T): T => db.transaction(work).immediate(),
  };
}

function categoryRows(db: Db) {
  const update = db.prepare('UPDATE categories SET name = ?, description = ? WHERE code = ?');
  const setNameAside = db.prepare('UPDATE categories SET name = hex(randomblob(16)) WHERE code = ?');
  const remove = db.prepare(
    `DELETE FROM categories WHERE code = ?1 AND NOT EXISTS (SELECT 1 FROM experiences WHERE category_code = ?1)
      AND NOT EXISTS (SELECT 1 FROM category_manuals WHERE category_code = ?1)`,
  );
  return {
    ...readers(db, 'category'),
    insertAll: inserter(db, 'category'),
    update(values: Value[], _isTextChanged: boolean, _now: string) {
      const [code, name, description] = values;
      update.run(name, description, code);
    },
    /** Gives the category a random name, since names are unique and two categories may swap theirs. */
    setNameAside: (code: string) => setNameAside.run(code),
    /** Returns whether it was removed. A category with entries stays: removing it would remove them. */
    remove: (code: string): boolean => remove.run({ 1: code }).changes === 1,
  };
}

function entryRows(db: Db, kind: 'experience' | 'manual') {
  const table = tables[kind];
  const [key, ...others] = shapes[kind].compared;
  const update = db.prepare(
    `UPDATE ${table} SET ${others.map((column) => `${column} = ?`).join(', ')}, updated_at = ?,
      embedding_status = CASE ? WHEN 1 THEN 'pending' ELSE embedding_status END WHERE ${key} = ?`,
  );
  const remove = db.prepare(`DELETE FROM ${table} WHERE id = ?`);
  const removeEmbeddings = db.prepare('DELETE FROM embeddings WHERE entity_id = ? AND entity_type = ?');
  const insertAll = inserter(db, kind);
  const beginAdding = db.prepare(beginSettling);
  const endAdding = db.prepare(
    `UPDATE ops_library_state SET is_settling = 0, revision = revision + @added,
      ${kind}s = ${kind}s + @added, ${kind}s_pending = ${kind}s_pending + @added,
      pending_since = CASE WHEN @added > 0 AND experiences_pending + manuals_pending = 0
        THEN strftime('%Y-%m-%dT%H:%M:%fZ', 'now') ELSE pending_since END`,
  );
  /** An entry that gets the id of an earlier one is not that one. */
  const forgetEarlier = ['ops_embedding_task', 'ops_origin'].map((facts) =>
    db.prepare(
      `DELETE FROM ${facts} WHERE entity_type = '${kind}' AND entity_id NOT IN (SELECT id FROM ${table})`,
    ),
  );
  const setExportedAt = db.prepare(`UPDATE ${table} SET exported_at = ? WHERE id = ?`);
  const setOrigin = db.prepare(
    `INSERT OR REPLACE INTO ops_origin (entity_type, entity_id, source, job)
     SELECT '${kind}', value, ?, ? FROM json_each(?)`,
  );
  return {
    ...readers(db, kind),
    /** Adds the rows in the caller's transaction. Throws outside of one. */
    insertAll(rows: Iterable<NewRow>) {
      if (!db.inTransaction) throw new Error('Adding entries needs a transaction.');
      beginAdding.run();
      for (const statement of forgetEarlier) statement.run();
      const added = insertAll(rows);
      endAdding.run({ added });
    },
    /** `isTextChanged`: the embedded text differs, so the entry becomes pending. */
    update(values: Value[], isTextChanged: boolean, now: string) {
      const [id, ...rest] = values;
      update.run(rest, now, isTextChanged ? 1 : 0, id);
    },
    remove(id: string) {
      remove.run(id);
      removeEmbeddings.run(id, kind);
    },
    setExportedAt: (id: Value, at: string) => setExportedAt.run(at, id),
    setOrigin: (ids: Value[], { source, job }: Origin) => setOrigin.run(source, job, JSON.stringify(ids)),
  };
}

function readers(db: Db, kind: Kind) {
  const { compared } = shapes[kind];
  const [key] = compared;
  const all = db.prepare<[], Value[]>(`SELECT ${compared.join(', ')} FROM ${tables[kind]}`).raw();
  const leaving = kind === 'category' ? '' : `WHERE sync_status <> ${syncStatuses.local_only}`;
  const exported = db
    .prepare<[], Value[]>(
      `SELECT ${columnsOf(kind).join(', ')} FROM ${tables[kind]} ${leaving} ORDER BY ${key}`,
    )
    .raw();
  return {
    /** Iterates over the compared columns of every row; must end before the next write. */
    compared: () => all.iterate(),
    /** Iterates over all columns of every row that is not `local_only`, by key. */
    exported: () => exported.iterate(),
  };
}

/** Returns how many rows were added. */
function inserter(db: Db, kind: Kind) {
  const { compared, times } = shapes[kind];
  const marks = [...compared, ...times].map(() => '?').join(', ');
  const [column, value] = kind === 'category' ? ['', ''] : [', embedding_status', `, 'pending'`];
  const insert = db.prepare(
    `INSERT INTO ${tables[kind]} (${[...compared, ...times].join(', ')}${column}) VALUES (${marks}${value})`,
  );
  return (rows: Iterable<NewRow>): number => {
    let added = 0;
    for (const { values, times } of rows) {
      insert.run(values, times);
      added += 1;
    }
    return added;
  };
}
