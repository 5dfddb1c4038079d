// The cursor of a list of kept requests: time and id of its last one.
import { AppError } from '../core/errors.ts';
import type { KeptTrace } from '../log-store/trace-repository.ts';

type Place = Pick<KeptTrace, 'at' | 'id'>;

export const formatCursor = ({ at, id }: Place) => `${at}-${id}`;

/** Throws `invalid_arguments` for a cursor of another list. */
export function readCursor(cursor: string | undefined): Place | undefined {
  if (cursor === undefined) return undefined;
  const [, at, id = ''] = /^(\d{1,16})-([\w-]{1,40})$/.exec(cursor) ?? [];
  if (at !== undefined) return { at: Number(at), id };
  const message = 'cursor: it is not one of this list.';
  throw new AppError('invalid_arguments', message, { problems: [{ field: 'cursor', message }] });
}
