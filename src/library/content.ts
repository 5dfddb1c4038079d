// The text of an entry that is embedded, and the hash that reveals a change of it.
import { hash } from 'node:crypto';

export type Kind = 'experience' | 'manual';

export const kinds = ['experience', 'manual'] as const;

export function forKinds<T>(make: (kind: Kind) => T): Record<Kind, T> {
  return { experience: make('experience'), manual: make('manual') };
}

/** The table and text columns of each kind in chl.db; every kind has a title. */
export const entryTables = {
  experience: { table: 'experiences', body: 'playbook', note: 'context' },
  manual: { table: 'category_manuals', body: 'content', note: 'summary' },
} as const;

/** `body`: playbook or content. `note`: context or summary. */
export type EntryText = { kind: Kind; title: string; body: string; note: string | null };

/** Joins title, playbook and context of an experience; title, summary and content of a manual. */
export function embeddedText({ kind, title, body, note }: EntryText): string {
  const rest = kind === 'experience' ? [body, note] : [note, body];
  return [title, ...rest].filter((part) => part !== null && part !== '').join('\n');
}

/** SHA-256 of the text in UTF-8, hexadecimal, as in `embeddings.content_hash`. */
export function contentHash(text: string): string {
  return hash('sha256', text);
}
