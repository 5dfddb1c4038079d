// The cursor of the list of runbooks: title and slug of its last one.
import { invalidArguments } from '../core/arguments.ts';
import { parseJson } from '../core/json.ts';
import type { RunbookCursor } from './runbook-repository.ts';

export const formatCursor = ({ title, slug }: RunbookCursor): string =>
  Buffer.from(JSON.stringify([title, slug])).toString('base64url');

/** Throws `invalid_arguments`. */
export function readCursor(text: string | undefined): RunbookCursor | null {
  if (!text) return null;
  const given = parseJson(Buffer.from(text, 'base64url').toString());
  const [title, slug] = Array.isArray(given) ? given : [];
  if (typeof title === 'string' && typeof slug === 'string') return { title, slug };
  throw invalidArguments([
    { field: 'cursor', message: 'cursor: take it from `next_cursor` of the page before.' },
  ]);
}
