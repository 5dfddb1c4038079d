// Statements on chl.db for the index: what an index would have to hold, what a hit shows, and the record of a build.
import type { Db } from '../db/open.ts';
import { contentHash, type EntryText, embeddedText, type Kind } from '../embedding/content.ts';

/** What the truth is counted from: an entry with the model and text hash of its newest embedding. */
export type EntryState = {
  id: string;
  embedding_status: 'pending' | 'embedded' | 'failed';
  model_name: string | null;
  content_hash: string | null;
};

export type FoundEntry = EntryText & { category_code: string };

export type IndexRepository = ReturnType<typeof createIndexRepository>;

/** Only reads. */
export function createIndexRepository(db: Db) {
  const states = { experience: prepareStates(db, 'experience'), manual: prepareStates(db, 'manual') };
  const entries = { experience: prepareEntry(db, 'experience'), manual: prepareEntry(db, 'manual') };
  const members = { experience: prepareMembers(db, 'experience'), manual: prepareMembers(db, 'manual') };

  const findEntry = (kind: Kind, id: string) => entries[kind].get(id) as FoundEntry | undefined;

  /** Other programs write no hash; as long as the status says so, their vector is of the text as it stands. */
  const withHash = (kind: Kind, state: EntryState): EntryState => {
    const isKnown = state.content_hash !== null || state.model_name === null;
    if (isKnown || state.embedding_status !== 'embedded') return state;
    const entry = findEntry(kind, state.id);
    return { ...state, content_hash: entry ? contentHash(embeddedText(entry)) : null };
  };

  return {
    findEntry,

    /** The next `size` ids of a category after an id, in order. */
    idsOfCategory: (kind: Kind, code: string, after: string, size: number) =>
      members[kind].all(code, after, size) as string[],

    /** The next `size` entries of a kind after an id, in order of their ids. */
    statesAfter: (kind: Kind, after: string, size: number): EntryState[] =>
      (states[kind].all(after, size) as EntryState[]).map((state) => withHash(kind, state)),

    /** What `work` reads over several turns of the event loop is the library at one moment. Not nested. */
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

const tables = {
  experience: { table: 'experiences', body: 'playbook', note: 'context' },
  manual: { table: 'category_manuals', body: 'content', note: 'summary' },
} as const;

function prepareStates(db: Db, kind: Kind) {
  return db.prepare(
    `SELECT x.id, x.embedding_status, e.model_name, e.content_hash
     FROM ${tables[kind].table} x LEFT JOIN embeddings e ON e.rowid = (
       SELECT rowid FROM embeddings WHERE entity_id = x.id AND entity_type = '${kind}'
       ORDER BY created_at DESC, rowid DESC LIMIT 1)
     WHERE x.id > ? ORDER BY x.id LIMIT ?`,
  );
}

function prepareEntry(db: Db, kind: Kind) {
  const { table, body, note } = tables[kind];
  return db.prepare(
    `SELECT '${kind}' AS kind, category_code, title, ${body} AS body, ${note} AS note FROM ${table} WHERE id = ?`,
  );
}

function prepareMembers(db: Db, kind: Kind) {
  return db
    .prepare(`SELECT id FROM ${tables[kind].table} WHERE category_code = ? AND id > ? ORDER BY id LIMIT ?`)
    .pluck();
}
