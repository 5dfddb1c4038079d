// Statements on the tables `document` and `document_version` of ops.db.
import { type Db, prepareAll } from '../core/db/open.ts';
import type { Document, DocumentKey, DocumentKind, DocumentVersion } from './document.ts';

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
    SELECT version, title, by, at FROM document_version WHERE kind = @kind AND slug = @slug ORDER BY version DESC
  `,
};

export function createDocumentRepository(ops: Db) {
  const statements = prepareAll(ops, sql);
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

    /** Newest first. */
    versions: (key: DocumentKey) =>
      statements.versions.all(key) as Pick<DocumentVersion, 'version' | 'title' | 'by' | 'at'>[],
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
