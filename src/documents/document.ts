// A document: a text that people write together, in versions.
import { AppError } from '../core/errors.ts';

export const documentKinds = ['runbook', 'post_mortem', 'note'] as const;
export type DocumentKind = (typeof documentKinds)[number];

/** `slug`: letters, digits and hyphens; it names the document among those of its kind. */
export type DocumentKey = { kind: DocumentKind; slug: string };

export const priorities = ['high', 'normal', 'low'] as const;

/** `body`: Markdown. The fields after the tags are for runbooks; `review_days`: how often it is to be reviewed. */
export type DocumentFields = {
  title: string;
  body: string;
  owner: string | null;
  tags: string[];
  priority: string | null;
  prerequisites: string | null;
  rollback: string | null;
  review_days: number | null;
};

export const fieldNames = [
  'title',
  'body',
  'owner',
  'tags',
  'priority',
  'prerequisites',
  'rollback',
  'review_days',
] as const satisfies readonly (keyof DocumentFields)[];

/** One of its versions; `by` and `at`: of that version. */
export type DocumentVersion = DocumentKey & DocumentFields & { version: number; by: string; at: string };

/** The newest version. `created_at`: the time of the first one. */
export type Document = DocumentVersion & {
  created_at: string;
  reviewed_at: string | null;
  removed_at: string | null;
};

/** The fields of a document of which nothing but the text is said. */
export const plainFields = {
  owner: null,
  tags: [],
  priority: null,
  prerequisites: null,
  rollback: null,
  review_days: null,
};

/** The note that says who looks after this machine. It may not be written yet. */
export const handoverKey: DocumentKey = { kind: 'note', slug: 'handover' };

/** In the middle of a sentence. */
export const kindWords: Record<DocumentKind, string> = {
  runbook: 'runbook',
  post_mortem: 'post-mortem',
  note: 'note',
};

/** Throws `not_found` for another kind. */
export function readKey({ kind, slug }: { kind: string; slug: string }): DocumentKey {
  const known = documentKinds.find((one) => one === kind);
  if (known) return { kind: known, slug };
  const message = `There is no kind of document “${kind.slice(0, 80)}”. There are: ${documentKinds.join(', ')}.`;
  throw new AppError('not_found', message);
}

/** A runbook is a target of its own: `runbook:disk-full`. */
export function documentTarget({ kind, slug }: DocumentKey): string {
  return kind === 'runbook' ? `runbook:${slug}` : `document:${kind}/${slug}`;
}

export function unknownDocument({ kind, slug }: DocumentKey): AppError {
  return new AppError('not_found', `There is no ${kindWords[kind]} “${slug.slice(0, 80)}”.`);
}

export function fieldsOf(document: DocumentFields): DocumentFields {
  const { title, body, owner, tags, priority, prerequisites, rollback, review_days } = document;
  return { title, body, owner, tags, priority, prerequisites, rollback, review_days };
}
