// What a row of the library is: its columns, words and limits, and which of its text is embedded. Knows no
// sheet, no statement and no page.

export type Kind = 'category' | 'experience' | 'manual';
export type Value = string | number | null;

/** `compared`: what makes a row equal to another, its key first. `times`: never compared. `embedded`: the
 *  text whose change makes the row's embedding stale. */
type Shape = { compared: readonly string[]; times: readonly string[]; embedded: readonly string[] };

export const kinds = ['category', 'experience', 'manual'] as const;
export const entryKinds = ['experience', 'manual'] as const;

const entryTimes = ['created_at', 'updated_at', 'synced_at', 'exported_at'] as const;

export const shapes: Record<Kind, Shape> = {
  category: { compared: ['code', 'name', 'description'], times: ['created_at'], embedded: [] },
  experience: {
    compared: [
      'id',
      'category_code',
      'section',
      'title',
      'playbook',
      'context',
      'source',
      'sync_status',
      'author',
    ],
    times: entryTimes,
    embedded: ['title', 'playbook', 'context'],
  },
  manual: {
    compared: ['id', 'category_code', 'title', 'content', 'summary', 'source', 'sync_status', 'author'],
    times: entryTimes,
    embedded: ['title', 'summary', 'content'],
  },
};

/** All columns of a kind, in the order in which a sheet has them too. */
export function columnsOf(kind: Kind): string[] {
  const { compared, times } = shapes[kind];
  return [...compared, ...(kind === 'category' ? [] : ['embedding_status']), ...times];
}

export const sections = ['useful', 'harmful', 'contextual'] as const;
export const sources = ['local', 'global'] as const;

/** The words of existing sheets, and the numbers that the library stores. */
export const syncStatuses = { synced: 0, pending: 1, local_only: 2 } as const;

/** What a sheet says for a stored number; one that is none of ours stays as it is. */
export function syncStatusWord(stored: Value): string {
  const word = Object.entries(syncStatuses).find(([, number]) => number === stored)?.[0];
  return word ?? String(stored);
}

/** Three upper-case letters or digits of any script. */
export const categoryCode = /^[\p{Lu}\p{Nd}]{3}$/u;

/** Most code points of a text; one is always the least. */
export const maxLength = { title: 120, playbook: 2000 } as const;

/** The length that people count: an emoji is one. */
export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** The text, or its first `most` code points and an ellipsis. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const points = Array.from(text.slice(0, 2 * most + 2));
  return points.length <= most ? text : `${points.slice(0, most).join('')}…`;
}
