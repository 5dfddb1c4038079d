// The rules for rows of the library: columns, allowed words, limits, and the text that is embedded. Knows no sheet, statement
// or page.

export type Kind = 'category' | 'experience' | 'manual';
export type Value = string | number | null;

/** `compared`: the columns that decide whether two rows are equal, the key first. `times`: never compared. `embedded`: a change
 *  of these makes the embedding stale. */
type Shape = { compared: readonly string[]; times: readonly string[]; embedded: readonly string[] };

export const kinds = ['category', 'experience', 'manual'] as const;
export const entryKinds = ['experience', 'manual'] as const;

const entryTail = ['source', 'sync_status', 'author'] as const;
const entryTimes = ['created_at', 'updated_at', 'synced_at', 'exported_at'] as const;

export const shapes: Record<Kind, Shape> = {
  category: { compared: ['code', 'name', 'description'], times: ['created_at'], embedded: [] },
  experience: {
    compared: ['id', 'category_code', 'section', 'title', 'playbook', 'context', ...entryTail],
    times: entryTimes,
    embedded: ['title', 'playbook', 'context'],
  },
  manual: {
    compared: ['id', 'category_code', 'title', 'content', 'summary', ...entryTail],
    times: entryTimes,
    embedded: ['title', 'summary', 'content'],
  },
};

/** All columns of a kind, in the order of a sheet. */
export function columnsOf(kind: Kind): string[] {
  const { compared, times } = shapes[kind];
  return [...compared, ...(kind === 'category' ? [] : ['embedding_status']), ...times];
}

export const sections = ['useful', 'harmful', 'contextual'] as const;
export const sources = ['local', 'global'] as const;

/** The words of a sheet, and the numbers that the library stores. */
export const syncStatuses = { synced: 0, pending: 1, local_only: 2 } as const;

/** Whether a row of compared columns is an entry that no sheet has. */
export function isLocalOnly(kind: Kind, values: Value[]): boolean {
  return values[shapes[kind].compared.indexOf('sync_status')] === syncStatuses.local_only;
}

/** Formats a stored number as the word of a sheet; an unknown number stays. */
export function formatSyncStatus(stored: Value): string {
  const word = Object.entries(syncStatuses).find(([, number]) => number === stored)?.[0];
  return word ?? String(stored);
}

/** Three upper-case letters or digits of any script. */
export const categoryCode = /^[\p{Lu}\p{Nd}]{3}$/u;

/** In code points. */
export const maxLength = { title: 120, playbook: 2000 } as const;

/** The length as people count it: an emoji is one. */
export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** Returns the text, or its first `max` code points and an ellipsis. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  const points = Array.from(text.slice(0, 2 * max + 2));
  return points.length <= max ? text : `${points.slice(0, max).join('')}…`;
}
