// Statements on chl.db for the index: the state of each entry, and what a hit shows.
import { type Db, prepareDataVersion } from '../core/db/open.ts';
import {
  contentHash,
  type EntryText,
  embeddedText,
  entryTables,
  forKinds,
  type Kind,
  kinds,
} from '../library/content.ts';

/** `content_hash`: of the newest embedding; null if of another model or none, empty if its writer stored none. */
export type EntryState = {
  id: string;
  category_code: string;
  embedding_status: 'pending' | 'embedded' | 'failed';
  content_hash: string | null;
};

/** The entries of all categories, or one, after a position in the order of category and id; `model` is the index's. */
type StatesQuery = { model: string; category?: string | undefined; category_code: string; id: string };

type FoundEntry = EntryText & { id: string; category_code: string };

export type IndexRepository = ReturnType<typeof createIndexRepository>;

/** Reads only. */
export function createIndexRepository(db: Db) {
  const states = forKinds((kind) => prepareStates(db, kind));
  const entries = forKinds((kind) => db.prepare(`${selectEntries(kind)} WHERE id = ?`));
  const all = forKinds((kind) => db.prepare(selectEntries(kind)));
  const has = forKinds((kind) => db.prepare(`SELECT 1 FROM ${entryTables[kind].table} WHERE id = ?`).pluck());
  const members = forKinds((kind) =>
    db
      .prepare(
        `SELECT id FROM ${entryTables[kind].table} WHERE category_code = ? AND id > ? ORDER BY id LIMIT ?`,
      )
      .pluck(),
  );
  const categories = forKinds((kind) => prepareCategories(db, kind));
  const vector = prepareVector(db);
  const hasCategory = db.prepare('SELECT 1 FROM categories WHERE code = ?').pluck();

  const findEntry = (kind: Kind, id: string) => entries[kind].get(id) as FoundEntry | undefined;

  return {
    findEntry,

    /** One after another; the connection takes no other statement meanwhile. */
    *allEntries(): Generator<FoundEntry> {
      for (const kind of kinds) yield* all[kind].iterate() as Iterable<FoundEntry>;
    },

    /** Grows with every change of the library. */
    revision: () => libraryRevision(db),

    hasCategory: (code: string) => hasCategory.get(code) !== undefined,

    hasEntry: (kind: Kind, id: string) => has[kind].get(id) !== undefined,

    /** The category of each of these entries that is in the library, by id. */
    categoriesOf: (kind: Kind, ids: string[]) =>
      new Map(categories[kind].all(JSON.stringify(ids)) as [id: string, code: string][]),

    /** The next `size` ids of a category after an id, in order. */
    idsOfCategory: (kind: Kind, code: string, after: string, size: number) =>
      members[kind].all(code, after, size) as string[],

    /** Null without such an entry. */
    findState: (kind: Kind, id: string, model: string) =>
      (states[kind].one.get({ model, id }) as EntryState | undefined) ?? null,

    statesAfter: (kind: Kind, query: StatesQuery, size: number) =>
      states[kind][query.category === undefined ? 'all' : 'inCategory'].all({
        ...query,
        size,
      }) as EntryState[],

    /** The hash of its current text; null without such an entry. */
    hashOfEntry(kind: Kind, id: string): string | null {
      const entry = findEntry(kind, id);
      return entry ? contentHash(embeddedText(entry)) : null;
    },

    /** The bytes of the entry's newest embedding; null when it is of another model. */
    vectorOf: (kind: Kind, id: string, model: string) =>
      (vector.get({ kind, id, model }) as Buffer | undefined) ?? null,

    /** `work` sees the library at one moment, over several turns of the event loop. Not nested. */
    async inSnapshot<T>(work: () => Promise<T>): Promise<T> {
      db.exec('BEGIN');
      try {
        return await work();
      } finally {
        db.exec('COMMIT');
      }
    },
  };
}

export function libraryRevision(db: Db): number {
  return db.prepare('SELECT revision FROM ops_library_state WHERE id = 1').pluck().get() as number;
}

/** Returns a function that gives another text after each change of the library, by this connection or another one. */
export function prepareLibraryVersion(db: Db): () => string {
  const ofOthers = prepareDataVersion(db);
  const own = db.prepare('SELECT total_changes()').pluck();
  return () => `${ofOthers()} ${own.get()}`;
}

/** Reads indexes only: the rows of entries and embeddings are much larger. */
function prepareStates(db: Db, kind: Kind) {
  const select = `SELECT x.id, x.category_code, x.embedding_status, iif(x.embedding_status = 'embedded', (
      SELECT iif(e.model_name = @model, coalesce(e.content_hash, ''), NULL) FROM embeddings e
      WHERE e.entity_id = x.id AND e.entity_type = '${kind}' ORDER BY e.created_at DESC, e.rowid DESC LIMIT 1
    ), NULL) AS content_hash FROM ${entryTables[kind].table} x`;
  return {
    one: db.prepare(`${select} WHERE x.id = @id`),
    all: db.prepare(
      `${select} WHERE (x.category_code, x.id) > (@category_code, @id) ORDER BY x.category_code, x.id LIMIT @size`,
    ),
    inCategory: db.prepare(
      `${select} WHERE x.category_code = @category AND x.id > @id ORDER BY x.id LIMIT @size`,
    ),
  };
}

function prepareCategories(db: Db, kind: Kind) {
  return db
    .prepare(
      `SELECT x.id, x.category_code FROM json_each(?) wanted
       CROSS JOIN ${entryTables[kind].table} x ON x.id = wanted.value`,
    )
    .raw();
}

function prepareVector(db: Db) {
  return db
    .prepare(
      `SELECT iif(model_name = @model, embedding_data, NULL) FROM embeddings
       WHERE entity_id = @id AND entity_type = @kind ORDER BY created_at DESC, rowid DESC LIMIT 1`,
    )
    .pluck();
}

function selectEntries(kind: Kind): string {
  const { table, body, note } = entryTables[kind];
  return `SELECT '${kind}' AS kind, id, category_code, title, ${body} AS body, ${note} AS note FROM ${table}`;
}
