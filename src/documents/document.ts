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

/** One of its versions; `by` and `at`: of that version. */
export type DocumentVersion = DocumentKey & DocumentFields & { version: number; by: string; at: string };

/** The newest version. */
export type Document = DocumentVersion & { reviewed_at: string | null; removed_at: string | null };

/** The fields of a document of which nothing but the text is said. */
export const plainFields = {
  owner: null,
  tags: [],
  priority: null,
  prerequisites: null,
  rollback: null,
  review_days: null,
};

/** A runbook is a target of its own: `runbook:disk-full`. */
export function documentTarget({ kind, slug }: DocumentKey): string {
  return kind === 'runbook' ? `runbook:${slug}` : `document:${kind}/${slug}`;
}

export function unknownDocument({ kind, slug }: DocumentKey): AppError {
  const name = { runbook: 'runbook', post_mortem: 'post-mortem', note: 'note' }[kind];
  return new AppError('not_found', `There is no ${name} “${slug}”.`);
}
