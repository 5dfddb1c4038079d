import type { Kind } from '../library/content.ts';

/** Browsers take the ids `.` and `..` out of a path, so these two go in the query. */
export function entryUrl(kind: Kind, id: string): string {
  const isPath = id !== '.' && id !== '..';
  const query = new URLSearchParams(isPath ? { kind } : { kind, id });
  return `/library/${isPath ? encodeURIComponent(id) : '-'}?${query}`;
}
