// The cursor of a list of groups: time and id of its last one.
import { invalidArguments } from '../core/arguments.ts';
import type { GroupCursor } from './group-repository.ts';

export const formatCursor = ({ lastAt, id }: GroupCursor) => `${lastAt}~${id}`;

/** Throws `invalid_arguments`. */
export function readCursor(text: string | undefined): GroupCursor | null {
  if (text === undefined) return null;
  const [, lastAt, id] = /^([\d:.TZ-]+)~(\d{1,15})$/.exec(text) ?? [];
  if (lastAt !== undefined) return { lastAt, id: Number(id) };
  throw invalidArguments([
    { field: 'cursor', message: 'cursor: take it from `next_cursor` of the page before.' },
  ]);
}
