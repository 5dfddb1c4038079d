// The cursor of a list of documents: time and key of its last one.
import { invalidArguments } from '../core/arguments.ts';
import { documentKinds } from './document.ts';
import type { DocumentCursor } from './document-repository.ts';

export const formatCursor = ({ at, kind, slug }: DocumentCursor) => `${at}~${kind}~${slug}`;

/** Throws `invalid_arguments`. */
export function readCursor(text: string | undefined): DocumentCursor | null {
  if (text === undefined) return null;
  const [, at, of, slug] = /^([\d:.TZ-]+)~([a-z_]+)~([a-z0-9-]+)$/.exec(text) ?? [];
  const kind = documentKinds.find((one) => one === of);
  if (at !== undefined && slug !== undefined && kind) return { at, kind, slug };
  throw invalidArguments([
    { field: 'cursor', message: 'cursor: take it from `next_cursor` of the page before.' },
  ]);
}
