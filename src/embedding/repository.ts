// Statements that read entries with their embeddings from chl.db, and count those that wait or have failed.
import type { Db } from '../core/db/open.ts';
import {
  contentHash,
  type EntryText,
  embeddedText,
  entryTables,
  forKinds,
  type Kind,
  kinds,
} from '../library/content.ts';
import type { Embedder } from './embedder.ts';
import type { QueueCounts, Selection } from './queue.ts';
import { toUnitVector } from './vector.ts';

/** An entry with its newest embedding, of any model; `vector` is null without one. */
export type EntryRow = EntryText & {
  id: string;
  embedding_status: 'pending' | 'embedded' | 'failed';
  model_name: string | null;
  content_hash: string | null;
  vector: Buffer | null;
};

export type EmbeddingRepository = ReturnType<typeof createEmbeddingRepository>;

export function createEmbeddingRepository(db: Db) {
  const pages = forKinds((kind) => preparePage(db, kind));
  const counts = forKinds((kind) => prepareCount(db, kind));
  const queueCounts = prepareQueueCounts(db);
  const sumOf = (selection: Selection, status: string | null) =>
    kinds.reduce(
      (sum, kind) => sum + (counts[kind].get({ ...toParameters(selection), status }) as number),
      0,
    );
  const isAll = ({ category, entry }: Selection) => category === undefined && entry === undefined;
  const hasCategory = db.prepare('SELECT 1 FROM categories WHERE code = ?');

  return {
    hasCategory: (code: string) => hasCategory.get(code) !== undefined,

    countEntries: (selection: Selection = {}) => sumOf(selection, null),

    countWaiting: (selection: Selection) =>
      isAll(selection) ? queueCounts().pending.total : sumOf(selection, 'pending'),

    countFailed: (selection: Selection) =>
      isAll(selection) ? queueCounts().failed.total : sumOf(selection, 'failed'),

    /** Yields the entries of the selection by kind and id. The caller may write between two pages. */
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
  };
}

/** The newest embedding as a unit vector; null unless it is of this model and text. Without a hash the status decides. */
export function currentVector(entry: EntryRow, model: Pick<Embedder, 'name' | 'dimension'>) {
  const isCurrent =
    entry.embedding_status === 'embedded' &&
    entry.model_name === model.name &&
    (entry.content_hash === null || entry.content_hash === contentHash(embeddedText(entry)));
  return isCurrent && entry.vector !== null ? toUnitVector(entry.vector, model.dimension) : null;
}

/** Returns a function whose number grows with each row that this connection writes. */
export function prepareOwnChanges(library: Db): () => number {
  const changes = library.prepare<[], number>('SELECT total_changes()').pluck();
  return () => changes.get() as number;
}

/** Reads how many entries wait or have failed. Triggers keep these counts, so that no table is scanned. */
export function prepareQueueCounts(library: Db): () => QueueCounts {
  const counted = library
    .prepare(
      `SELECT experiences_pending, manuals_pending, experiences_failed, manuals_failed FROM ops_library_state`,
    )
    .raw();
  const of = (experiences = 0, manuals = 0) => ({ experiences, manuals, total: experiences + manuals });
  return () => {
    const [experiences, manuals, failedExperiences, failedManuals] = counted.get() as number[];
    return { pending: of(experiences, manuals), failed: of(failedExperiences, failedManuals) };
  };
}

const isSelected = '(@category IS NULL OR x.category_code = @category) AND (@entry IS NULL OR x.id = @entry)';

function toParameters({ category, entry }: Selection) {
  return { category: category ?? null, entry: entry ?? null };
}

function prepareCount(db: Db, kind: Kind) {
  return db
    .prepare(
      `SELECT count(*) FROM ${entryTables[kind].table} x
       WHERE ${isSelected} AND (@status IS NULL OR x.embedding_status = @status)`,
    )
    .pluck();
}

function preparePage(db: Db, kind: Kind) {
  const { table, body, note } = entryTables[kind];
  return db.prepare(
    `SELECT '${kind}' AS kind, x.id, x.title, x.${body} AS body, x.${note} AS note, x.embedding_status,
       e.model_name, e.content_hash, e.embedding_data AS vector
     FROM ${table} x LEFT JOIN embeddings e ON e.rowid = (
       SELECT rowid FROM embeddings WHERE entity_id = x.id AND entity_type = '${kind}'
       ORDER BY created_at DESC, rowid DESC LIMIT 1)
     WHERE x.id > @after AND ${isSelected} ORDER BY x.id LIMIT @size`,
  );
}
