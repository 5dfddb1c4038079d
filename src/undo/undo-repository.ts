// The statements of an undo and a restore: they compare the library with the backup that is attached as `backup`, and copy rows
// from it. A row is an array in the order of its shape. No statement begins a transaction.
import { isDamaged } from '../core/db/check.ts';
import { isNewer } from '../core/db/migrations.ts';
import { type Db, openDatabase, scriptBusyMs } from '../core/db/open.ts';
import { readChangeRecord } from '../library/change-record-repository.ts';
import { tables } from '../library/repository.ts';
import { type Kind, shapes, type Value } from '../library/rules.ts';

/** `now`, `old`: the compared columns in the library and in the backup; null where there is no such row. */
export type FoundRow = { key: string; now: Value[] | null; old: Value[] | null };

export type UndoRepository = ReturnType<typeof createUndoRepository>;

/** Returns why a backup cannot be used, as the end of a sentence that begins with it; null for a good one. Writes nothing. */
export function findObstacle(file: string, jobId: string): string | null {
  if (isDamaged(file)) return 'is damaged';
  const backup = openDatabase(file, { busyMs: scriptBusyMs, readonly: true });
  try {
    if (isNewer(backup, 'library')) return 'was made by a newer version';
    const recorded = readChangeRecord(backup);
    if (recorded?.jobId === jobId) return null;
    return recorded === null ? 'has no record of what was changed' : 'was made for another job';
  } finally {
    backup.close();
  }
}

/** Attaches the backup, which must be a whole library of this version or an earlier one; it is only read. */
export function createUndoRepository(db: Db, file: string) {
  db.prepare('ATTACH ? AS backup').run(file);
  const names = db.prepare<[], [string, string]>('SELECT code, name FROM main.categories').raw();
  return {
    category: rowsOf(db, 'category'),
    experience: { ...rowsOf(db, 'experience'), ...entriesOf(db, 'experience') },
    manual: { ...rowsOf(db, 'manual'), ...entriesOf(db, 'manual') },
    /** The names of the library's categories, by code. */
    categoryNames: () => new Map(names.all()),
    /** The record of what a job has changed after the backup; null in a backup without one. */
    record: () => readChangeRecord(db, 'backup'),
  };
}

function rowsOf(db: Db, kind: Kind) {
  const { compared } = shapes[kind];
  const key = compared[0] as string;
  const table = tables[kind];
  const columns = sharedColumns(db, table);
  const updated = columns.filter((column) => column !== `"${key}"` && column !== '"embedding_status"');
  const [now, old] = ['now', 'old'].map((row) => compared.map((column) => `${row}.${column}`).join(', '));
  const one = db
    .prepare<[string], Value[]>(
      `SELECT ${now}, ${old} FROM (SELECT ? AS key) c
       LEFT JOIN main.${table} now ON now.${key} = c.key LEFT JOIN backup.${table} old ON old.${key} = c.key`,
    )
    .raw();
  const differs = compared.map((column) => `now.${column} IS NOT old.${column}`).join(' OR ');
  const differing = db
    .prepare<[], string>(
      `SELECT now.${key} FROM main.${table} now LEFT JOIN backup.${table} old ON old.${key} = now.${key} WHERE ${differs}
       UNION ALL SELECT old.${key} FROM backup.${table} old
       WHERE NOT EXISTS (SELECT 1 FROM main.${table} now WHERE now.${key} = old.${key})`,
    )
    .pluck();
  const alike = db
    .prepare<[], number>(
      `SELECT count(*) FROM main.${table} now JOIN backup.${table} old ON old.${key} = now.${key} WHERE NOT (${differs})`,
    )
    .pluck();
  const insert = db.prepare(
    `INSERT INTO main.${table} (${columns.join(', ')})
     SELECT ${columns.join(', ')} FROM backup.${table} WHERE ${key} = ?`,
  );
  const update = db.prepare(
    `UPDATE main.${table} SET (${updated.join(', ')}) =
       (SELECT ${updated.join(', ')} FROM backup.${table} WHERE ${key} = ?1) WHERE ${key} = ?1`,
  );
  const find = (id: string): FoundRow => {
    const values = one.get(id) as Value[];
    const [nowValues, oldValues] = [values.slice(0, compared.length), values.slice(compared.length)];
    return {
      key: id,
      now: nowValues[0] === null ? null : nowValues,
      old: oldValues[0] === null ? null : oldValues,
    };
  };
  return {
    /** The keys of the rows that the library or the backup lacks, or that differ; a missing text differs from an empty one. */
    differing: () => differing.all(),
    /** How many rows are the same in both. */
    alike: () => alike.get() ?? 0,
    /** Reads a row of library and backup. */
    find,
    /** Inserts the row of the backup. */
    insert: (id: string) => void insert.run(id),
    /** Gives the library's row the values of the backup's, except for the status of its embedding. */
    update: (id: string) => void update.run({ 1: id }),
  };
}

function entriesOf(db: Db, kind: 'experience' | 'manual') {
  const table = tables[kind];
  const isEntry = `entity_id = ?1 AND entity_type = '${kind}'`;
  const newest = `SELECT model_name = state.embedding_model AND coalesce(embedding_dimension = state.embedding_dimension, 1)
    FROM main.embeddings WHERE ${isEntry} ORDER BY created_at DESC, rowid DESC LIMIT 1`;
  // An entry that another model has embedded or failed to embed waits again, as after a change of the model.
  const setStatus = db.prepare(
    `UPDATE main.${table} SET embedding_status = (
       SELECT CASE
         WHEN old.embedding_status = 'embedded' AND state.embedding_model IS NOT NULL AND NOT coalesce((${newest}), 0)
           OR old.embedding_status = 'failed' AND state.embedding_model <> old_state.embedding_model
         THEN 'pending' ELSE old.embedding_status END
       FROM backup.${table} old, main.ops_library_state state, backup.ops_library_state old_state WHERE old.id = ?1)
     WHERE id = ?1`,
  );
  const dropOrigin = db.prepare(`DELETE FROM main.ops_origin WHERE ${isEntry}`);
  const addOrigin = prepareAddOrigin(db, isEntry);
  const vectors = sharedColumns(db, 'embeddings').join(', ');
  const dropEmbeddings = db.prepare(`DELETE FROM main.embeddings WHERE ${isEntry}`);
  const addEmbeddings = db.prepare(
    `INSERT INTO main.embeddings (${vectors}) SELECT ${vectors} FROM backup.embeddings WHERE ${isEntry} ORDER BY rowid`,
  );
  const failure = 'entity_type, entity_id, attempts, deaths, error, failed_at, fence';
  const addFailure = db.prepare(
    `INSERT OR REPLACE INTO main.ops_embedding_task (${failure})
     SELECT ${failure} FROM backup.ops_embedding_task WHERE ${isEntry} AND failed_at IS NOT NULL
       AND EXISTS (SELECT 1 FROM main.${table} WHERE id = ?1 AND embedding_status = 'failed')`,
  );
  return {
    /** Gives an entry the origin of the backup, or none if it had none. */
    restoreOrigin(id: string) {
      dropOrigin.run({ 1: id });
      addOrigin?.run({ 1: id });
    },
    /** Gives an entry whose text is the backup's again the embeddings and their status of the backup. */
    restoreEmbedding(id: string) {
      dropEmbeddings.run({ 1: id });
      addEmbeddings.run({ 1: id });
      setStatus.run({ 1: id });
      addFailure.run({ 1: id });
    },
  };
}

/** Null for a backup of a version that recorded no origins. */
function prepareAddOrigin(db: Db, isEntry: string) {
  const columns = sharedColumns(db, 'ops_origin').join(', ');
  if (columns === '') return null;
  return db.prepare(
    `INSERT INTO main.ops_origin (${columns}) SELECT ${columns} FROM backup.ops_origin WHERE ${isEntry}`,
  );
}

/** The columns that the table has in both files: other programs add some, and newer versions do. */
function sharedColumns(db: Db, table: string): string[] {
  const columnsIn = (schema: string) =>
    db
      .prepare<[string, string], string>('SELECT name FROM pragma_table_info(?, ?)')
      .pluck()
      .all(table, schema)
      .map((name) => `"${name.replaceAll('"', '""')}"`);
  const old = columnsIn('backup');
  return columnsIn('main').filter((column) => old.includes(column));
}
