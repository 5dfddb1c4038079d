// The ways in which the audit log can differ from what was written, and their sentences.
import { AppError } from '../core/errors.ts';

/** changed: the row or its hash is another. missing: rows were removed. cut_off: the last rows were removed, whether or not
 *  others were added since. rewritten: the rows fit each other, but audit.head names another one. */
export type BreakKind = 'changed' | 'missing' | 'cut_off' | 'rewritten';
/** `row`: the first one that is wrong. */
export type ChainBreak = { row: number; kind: BreakKind };

/** `fits`: the row after the gap follows the one before it, so it was written when the others were gone. */
export function gap(from: number, to: number, fits: boolean): AppError {
  const rows = from === to - 1 ? `row ${from}` : `rows ${from} to ${to - 1}`;
  const are = from === to - 1 ? 'is' : 'are';
  if (fits) {
    const message = `The audit log was cut off: ${rows} ${are} gone, and row ${to} was written after that.`;
    return broken('cut_off', from, message);
  }
  const message =
    from === 1
      ? `The beginning of the audit log is missing: its first row is row ${to}.`
      : `The audit log lacks ${rows}.`;
  return broken('missing', from, message);
}

export function cutOffAndReplaced(row: number, headId: number, at: string): AppError {
  const message = `The audit log was cut off: row ${row} was written after ${at}, when row ${headId} was there already.`;
  return broken('cut_off', row, message);
}

/** `id`: of a row with a number that the server never gives. */
export function added(id: string): AppError {
  const message = `Row ${id} of the audit log was added by another program: the server gives no such number.`;
  return broken('changed', Number(id), message);
}

export function changed(id: number): AppError {
  const message =
    id === 1
      ? 'Row 1 of the audit log does not fit its hash: it was changed.'
      : `Row ${id} of the audit log does not fit its hash: it was changed, or row ${id - 1} was together with its own hash.`;
  return broken('changed', id, message);
}

export function broken(kind: BreakKind, row: number, message: string): AppError {
  return new AppError('internal', message, { row, kind, next });
}

const next =
  'Find out who can write ops.db, and compare the row with a copy of ops.db from elsewhere. docs/audit.md explains each kind.';
