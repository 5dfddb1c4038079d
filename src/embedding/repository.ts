// Statements on entries and their embeddings in chl.db: which embedding an entry has, and how a new one is written.
// Entry text is never changed here.
import type { Db } from '../db/open.ts';
import { contentHash, type EntryText, embeddedText, type Kind } from './content.ts';
import type { Embedder } from './embedder.ts';
import { toUnitVector } from './vector.ts';

/** An entry with its newest embedding, whichever model made it; `embedding_row` is null when it has none. */
export type EntryRow = EntryText & {
  id: string;
  embedding_status: 'pending' | 'embedded' | 'failed';
  embedding_row: number | null;
  model_name: string | null;
  content_hash: string | null;
  vector: Buffer | null;
};

/** Everything, one category (its code), or one entry (its id, of either kind). */
export type Selection = { category?: string | undefined; entry?: string | undefined };

export type EmbeddedEntry = { entry: EntryRow; text: string; vector: Float32Array };

export type QueueCounts = {
  pending: { experiences: number; manuals: number; total: number };
  failed: { experiences: number; manuals: number; total: number };
};

export type EmbeddingRepository = ReturnType<typeof createEmbeddingRepository>;

const tables = {
  experience: { table: 'experiences', body: 'playbook', note: 'context' },
  manual: { table: 'category_manuals', body: 'content', note: 'summary' },
} as const;

const kinds = ['experience', 'manual'] as const;

export function createEmbeddingRepository(db: Db) {
  const pages = { experience: preparePage(db, 'experience'), manual: preparePage(db, 'manual') };
  const counts = { experience: prepareCount(db, 'experience'), manual: prepareCount(db, 'manual') };
  const marks = { experience: prepareMark(db, 'experience'), manual: prepareMark(db, 'manual') };
  const hasCategory = db.prepare('SELECT 1 FROM categories WHERE code = ?');
  const drop = db.prepare(
    'DELETE FROM embeddings WHERE entity_id = ? AND entity_type = ? AND model_name = ?',
  );
  const insert = db.prepare(
    `INSERT INTO embeddings (entity_id, entity_type, model_name, model_version, embedding_dimension,
       embedding_data, created_at, content_hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const vector = db.prepare('SELECT embedding_data FROM embeddings WHERE rowid = ?').pluck();

  const completeOne = (model: Embedder, { entry, text, vector }: EmbeddedEntry, now: string): number => {
    const isUnchanged = marks[entry.kind].run(entry.id, entry.title, entry.body, entry.note).changes === 1;
    if (!isUnchanged) return 0;
    drop.run(entry.id, entry.kind, model.name);
    const bytes = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
    const hash = contentHash(text);
    insert.run(entry.id, entry.kind, model.name, model.version, vector.length, bytes, now, hash);
    return 1;
  };

  return {
    hasCategory: (code: string) => hasCategory.get(code) !== undefined,

    countEntries: (selection: Selection = {}) =>
      kinds.reduce((sum, kind) => sum + (counts[kind].get(toParameters(selection)) as number), 0),

    /** All entries of the selection by kind and id, in pages; writes are allowed between two pages. */
    *entryPages(selection: Selection, size: number): Generator<EntryRow[]> {
      for (const kind of kinds) {
        for (let after = ''; ; ) {
          const page = pages[kind].all({ ...toParameters(selection), after, size }) as EntryRow[];
          if (page.length > 0) yield page;
          if (page.length < size) break;
          after = (page.at(-1) as EntryRow).id;
        }
      }
    },

    vectorOf: (embeddingRow: number) => vector.get(embeddingRow) as Buffer,

    /** Writes vectors and status of one batch in one transaction; gives how many were written. An entry whose text
     *  has changed since it was read, or that is gone, is left as it is. */
    complete: db.transaction((model: Embedder, batch: EmbeddedEntry[], now: string): number =>
      batch.reduce((written, embedded) => written + completeOne(model, embedded, now), 0),
    ).immediate,
  };
}

/** Whether the newest embedding is usable, of this model and of this text. Rows that other programs wrote have no hash of
 *  the text: they count as current as long as their status says so. */
export function isCurrent(entry: EntryRow, model: Pick<Embedder, 'name' | 'dimension'>): boolean {
  return (
    entry.embedding_status === 'embedded' &&
    entry.model_name === model.name &&
    entry.vector !== null &&
    toUnitVector(entry.vector, model.dimension) !== null &&
    (entry.content_hash === null || entry.content_hash === contentHash(embeddedText(entry)))
  );
}

/** What waits and what failed, by `embedding_status`. An entry whose status says `embedded` although its text or the
 *  model has changed is found by `isCurrent` only. */
export function queueCounts(db: Db): QueueCounts {
  return {
    pending: countStatus(db, 'pending'),
    failed: countStatus(db, 'failed'),
  };
}

function countStatus(db: Db, status: 'pending' | 'failed') {
  const [experiences, manuals] = db
    .prepare(
      `SELECT (SELECT count(*) FROM experiences WHERE embedding_status = @status),
         (SELECT count(*) FROM category_manuals WHERE embedding_status = @status)`,
    )
    .raw()
    .get({ status }) as [number, number];
  return { experiences, manuals, total: experiences + manuals };
}

const isSelected = '(@category IS NULL OR x.category_code = @category) AND (@entry IS NULL OR x.id = @entry)';

function toParameters({ category, entry }: Selection) {
  return { category: category ?? null, entry: entry ?? null };
}

function prepareCount(db: Db, kind: Kind) {
  return db.prepare(`SELECT count(*) FROM ${tables[kind].table} x WHERE ${isSelected}`).pluck();
}

function preparePage(db: Db, kind: Kind) {
  const { table, body, note } = tables[kind];
  return db.prepare(
    `SELECT '${kind}' AS kind, x.id, x.title, x.${body} AS body, x.${note} AS note, x.embedding_status,
       e.rowid AS embedding_row, e.model_name, e.content_hash, e.embedding_data AS vector
     FROM ${table} x LEFT JOIN embeddings e ON e.rowid = (
       SELECT rowid FROM embeddings WHERE entity_id = x.id AND entity_type = '${kind}'
       ORDER BY created_at DESC, rowid DESC LIMIT 1)
     WHERE x.id > @after AND ${isSelected} ORDER BY x.id LIMIT @size`,
  );
}

/** Changes no row when the text is no longer the one that was embedded. */
function prepareMark(db: Db, kind: Kind) {
  const { table, body, note } = tables[kind];
  return db.prepare(
    `UPDATE ${table} SET embedding_status = 'embedded' WHERE id = ? AND title = ? AND ${body} = ? AND ${note} IS ?`,
  );
}
