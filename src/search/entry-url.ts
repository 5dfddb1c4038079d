import { url } from '../core/url.ts';
import type { Kind } from '../library/content.ts';

/** Browsers take the ids `.` and `..` out of a path, so these two go in the query. */
export function entryUrl(kind: Kind, id: string): string {
  const isPath = id !== '.' && id !== '..';
  return url(`/library/${isPath ? encodeURIComponent(id) : '-'}`, isPath ? { kind } : { kind, id });
}
