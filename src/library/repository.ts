// The statements on categories, experiences and manuals that import and export need. A row is an array in the
// order of `shapes`. Nothing here begins a transaction by itself: callers choose `read` or `write`.
import type { Db } from '../core/db/open.ts';
import { type Applied, recordApplied } from './applied.ts';
import { columnsOf, type Kind, shapes, syncStatuses, type Value } from './rules.ts';

export type Library = ReturnType<typeof createLibrary>;
export type LibraryRows = Library[Kind];
export type Counts = { categories: number; experiences: number; manuals: number };

const tables = { category: 'categories', experience: 'experiences', manual: 'category_manuals' } as const;

/** Prepares the statements on chl.db; the file is one that `prepareLibrary` has seen. */
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
  return {
    category: categoryRows(db),
    experience: entryRows(db, 'experience'),
    manual: entryRows(db, 'manual'),
    /** Grows with every change of what an import compares, by whatever program. */
    revision: () => revision.get() ?? 0,
    counts: () => counts.get() as Counts,
    /** The entries that may not leave this machine. */
    localCounts: () => localCounts.get() as Omit<Counts, 'categories'>,
    recordApplied: (applied: Applied) => recordApplied(db, applied),
    /** All reads of `work` see one state. */
    read: <T>(work: () => T): T => db.transaction(work).deferred(),
    /** Locks out other writers from the first statement on; an error rolls everything back. */
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
    insert: inserter(db, 'category'),
    update(values: Value[], _isTextChanged: boolean, _now: string) {
      const [code, name, description] = values;
      update.run(name, description, code);
    },
    /** Names are unique, so two categories can only swap theirs by way of a third. */
    setNameAside: (code: string) => setNameAside.run(code),
    /** Says whether the category is gone. One that still has entries stays: removing it would remove them. */
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
  const setExportedAt = db.prepare(`UPDATE ${table} SET exported_at = ? WHERE id = ?`);
  return {
    ...readers(db, kind),
    insert: inserter(db, kind),
    /** `isTextChanged`: what is embedded has changed, so the entry waits for the workers again. */
    update(values: Value[], isTextChanged: boolean, now: string) {
      const [id, ...rest] = values;
      update.run(rest, now, isTextChanged ? 1 : 0, id);
    },
    remove(id: string) {
      remove.run(id);
      removeEmbeddings.run(id, kind);
    },
    setExportedAt: (id: Value, at: string) => setExportedAt.run(at, id),
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
    /** Every row's compared columns, one at a time; consume it before the next statement that writes. */
    compared: () => all.iterate(),
    /** Every row that may leave this machine, all columns, ordered by key. */
    exported: () => exported.iterate(),
  };
}

function inserter(db: Db, kind: Kind) {
  const { compared, times } = shapes[kind];
  const marks = [...compared, ...times].map(() => '?').join(', ');
  const [column, value] = kind === 'category' ? ['', ''] : [', embedding_status', `, 'pending'`];
  const insert = db.prepare(
    `INSERT INTO ${tables[kind]} (${[...compared, ...times].join(', ')}${column}) VALUES (${marks}${value})`,
  );
  return (values: Value[], timeValues: Value[]) => insert.run(values, timeValues);
}
