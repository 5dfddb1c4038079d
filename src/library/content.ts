// Which text of an entry is embedded, and how a change of it is noticed.
import { hash } from 'node:crypto';

export type Kind = 'experience' | 'manual';

export const kinds = ['experience', 'manual'] as const;

/** Where a kind's text stands in chl.db; every kind has a title. */
export const entryTables = {
  experience: { table: 'experiences', body: 'playbook', note: 'context' },
  manual: { table: 'category_manuals', body: 'content', note: 'summary' },
} as const;

/** `body` is the playbook or the content; `note` the context or the summary. */
export type EntryText = { kind: Kind; title: string; body: string; note: string | null };

/** The title is the first line; then, of an experience, playbook and context; of a manual, summary and content. */
export function embeddedText({ kind, title, body, note }: EntryText): string {
  const rest = kind === 'experience' ? [body, note] : [note, body];
  return [title, ...rest].filter((part) => part !== null && part !== '').join('\n');
}

/** SHA-256 of the text in UTF-8, hexadecimal: what `embeddings.content_hash` holds. */
export function contentHash(text: string): string {
  return hash('sha256', text);
}
