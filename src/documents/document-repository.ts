// Statements on the tables `document` and `document_version` of ops.db.
import { type Db, prepareAll, prepareOnce } from '../core/db/open.ts';
import { containing, like } from '../core/db/word-search.ts';
import type { Document, DocumentKey, DocumentKind, DocumentVersion } from './document.ts';

/** A document without its texts. */
export type ListedDocument = Pick<
  Document,
  'kind' | 'slug' | 'title' | 'version' | 'owner' | 'tags' | 'by' | 'at'
>;

type ListedVersion = Pick<DocumentVersion, 'version' | 'title' | 'by' | 'at'>;

/** `words`: each is in the title, the text or the tags. `isRemoved`: the removed ones, and no others. */
export type DocumentFilter = {
  kind: DocumentKind | null;
  tag: string | null;
  words: string[];
  isRemoved: boolean;
};

/** The last one of a page of the list. */
export type DocumentCursor = Pick<Document, 'at' | 'kind' | 'slug'>;

type Stored<T> = Omit<T, 'tags'> & { tags: string };

export type DocumentRepository = ReturnType<typeof createDocumentRepository>;

const fields = 'title, body, owner, tags, priority, prerequisites, rollback, review_days, by, at';
const createdAt = `coalesce((SELECT first.at FROM document_version AS first
  WHERE first.kind = document.kind AND first.slug = document.slug ORDER BY first.version LIMIT 1), at) AS created_at`;
const named = fields.replaceAll(/\w+/g, '@$&');

const sql = {
  find: `SELECT *, ${createdAt} FROM document WHERE kind = @kind AND slug = @slug`,
  list: `SELECT *, ${createdAt} FROM document WHERE kind = ? AND removed_at IS NULL ORDER BY title, slug`,
  put: `
    INSERT INTO document (kind, slug, version, ${fields}, reviewed_at, removed_at)
    VALUES (@kind, @slug, @version, ${named}, @reviewed_at, @removed_at)
    ON CONFLICT (kind, slug) DO UPDATE SET (version, ${fields}, reviewed_at, removed_at) =
      (excluded.version, ${fields.replaceAll(/\w+/g, 'excluded.$&')}, excluded.reviewed_at, excluded.removed_at)
  `,
  addVersion: `
    INSERT INTO document_version (kind, slug, version, ${fields}) VALUES (@kind, @slug, @version, ${named})
  `,
  version: 'SELECT * FROM document_version WHERE kind = @kind AND slug = @slug AND version = @version',
  versions: `
    SELECT version, title, by, at FROM document_version
    WHERE kind = @kind AND slug = @slug AND version < @before ORDER BY version DESC LIMIT @limit
  `,
  counts: 'SELECT kind, count(*) AS count FROM document WHERE removed_at IS NULL GROUP BY kind',
  removed: 'SELECT count(*) FROM document WHERE removed_at IS NOT NULL',
  tags: `
    SELECT DISTINCT tag.value FROM document, json_each(document.tags) AS tag
    WHERE removed_at IS NULL AND kind = coalesce(?, kind) ORDER BY tag.value LIMIT 500
  `,
};

/** The newest one first. A search reads each text. */
function searchSql(words: number): string {
  const found = Array.from({ length: words }, (_, at) => {
    const columns = ['title', 'body', 'tags'].map((column) => like(column, `word${at}`));
    return `AND (${columns.join(' OR ')})`;
  });
  return `
    SELECT kind, slug, title, version, owner, tags, by, at FROM document
    WHERE (removed_at IS NOT NULL) = @isRemoved AND kind = coalesce(@kind, kind)
      AND (@tag IS NULL OR EXISTS (SELECT 1 FROM json_each(tags) WHERE value = @tag))
      AND (@at IS NULL OR (at, kind, slug) < (@at, @ofKind, @ofSlug))
      ${found.join(' ')}
    ORDER BY at DESC, kind DESC, slug DESC LIMIT @limit
  `;
}

const everyVersion = Number.MAX_SAFE_INTEGER;

export function createDocumentRepository(ops: Db) {
  const statements = prepareAll(ops, sql);
  const prepare = prepareOnce(ops);
  return {
    transaction: <T>(work: () => T): T => ops.transaction(work).immediate(),

    /** Also a removed one; null if there never was one. */
    find: (key: DocumentKey) => read<Document>(statements.find.get(key)),

    /** By title, without the removed ones. */
    list: (kind: DocumentKind): Document[] =>
      (statements.list.all(kind) as Stored<Document>[]).map(fromRow<Document>),

    /** Replaces the document; part of a transaction. */
    put: (document: Omit<Document, 'created_at'>) => void statements.put.run(toRow(document)),

    addVersion: (version: DocumentVersion) => void statements.addVersion.run(toRow(version)),

    version: (key: DocumentKey & { version: number }) => read<DocumentVersion>(statements.version.get(key)),

    /** Newest first, those before a version. */
    versions: (key: DocumentKey, { limit, before = everyVersion }: { limit: number; before?: number }) =>
      statements.versions.all({ ...key, limit, before }) as ListedVersion[],

    search({ kind, tag, words, isRemoved }: DocumentFilter, limit: number, before: DocumentCursor | null) {
      const rows = prepare(searchSql(words.length)).all({
        ...{ kind, tag, limit, isRemoved: Number(isRemoved), at: before?.at ?? null },
        ...{ ofKind: before?.kind ?? null, ofSlug: before?.slug ?? null },
        ...Object.fromEntries(words.map((word, at) => [`word${at}`, containing(word)])),
      }) as (Omit<ListedDocument, 'tags'> & { tags: string })[];
      return rows.map((row): ListedDocument => ({ ...row, tags: JSON.parse(row.tags) }));
    },

    counts(): Record<DocumentKind, number> {
      const rows = statements.counts.all() as { kind: DocumentKind; count: number }[];
      const counted = rows.map(({ kind, count }) => [kind, count]);
      return { runbook: 0, post_mortem: 0, note: 0, ...Object.fromEntries(counted) };
    },

    countRemoved: () => statements.removed.pluck().get() as number,

    /** The tags in use, at most 500. */
    tags: (kind: DocumentKind | null) => statements.tags.pluck().all(kind) as string[],
  };
}

function read<T extends DocumentVersion>(row: unknown): T | null {
  return row ? fromRow<T>(row as Stored<T>) : null;
}

function fromRow<T extends DocumentVersion>(row: Stored<T>): T {
  return { ...row, tags: JSON.parse(row.tags) } as T;
}

function toRow<T extends DocumentVersion>(document: T): Stored<T> {
  return { ...document, tags: JSON.stringify(document.tags) };
}
