// A document as the API shows it.
import { nullable, objectSchema, textSchema } from '../core/schemas.ts';
import { type Document, documentKinds, type DocumentVersion, fieldsOf } from './document.ts';
import { reviewDueAt } from './review.ts';

const tagsSchema = { type: 'array', items: textSchema } as const;
const versionSchema = { type: 'integer', minimum: 1 } as const;

const listed = {
  kind: { type: 'string', enum: documentKinds },
  slug: textSchema,
  title: textSchema,
  version: versionSchema,
  owner: nullable('string'),
  tags: tagsSchema,
  by: textSchema,
  at: textSchema,
};

export const listedSchema = objectSchema(listed);

export const documentSchema = objectSchema({
  ...listed,
  body: { ...textSchema, description: 'Markdown.' },
  priority: nullable('string'),
  prerequisites: nullable('string'),
  rollback: nullable('string'),
  review_days: nullable('integer'),
  newest_version: versionSchema,
  created_at: textSchema,
  reviewed_at: nullable('string'),
  review_due_at: nullable('string'),
  removed_at: nullable('string'),
});

export const listedVersionSchema = objectSchema({
  version: versionSchema,
  title: textSchema,
  by: textSchema,
  at: textSchema,
});

/** `shown`: the version that was asked for. */
export function documentBody(document: Document, shown: DocumentVersion = document) {
  const { kind, slug, created_at, reviewed_at, removed_at } = document;
  const { version, by, at } = shown;
  return {
    kind,
    slug,
    version,
    ...fieldsOf(shown),
    by,
    at,
    newest_version: document.version,
    created_at,
    reviewed_at,
    review_due_at: reviewDueAt(document)?.toISOString() ?? null,
    removed_at,
  };
}
