// The token of a plan: it changes with the library, the files or the backup, and the mode, which alone change a plan.
import { createHash } from 'node:crypto';
import { AppError } from '../core/errors.ts';
import type { PlanState } from '../core/operation.ts';
import type { Mode } from './compare.ts';
import { openSheet, type SheetChoice } from './location.ts';
import { hashSheet } from './read-sheet.ts';

/** `revision`: the library's. `hashes`: from `readSheet` or `hashSheet`, or what else identifies the plan's source. `rowsOf`:
 *  the job whose left-out rows are planned. */
export function planToken(
  revision: number,
  hashes: readonly string[],
  mode: string,
  rowsOf?: string,
): string {
  return createHash('sha256')
    .update(JSON.stringify([revision, hashes, mode, rowsOf]))
    .digest('hex')
    .slice(0, 32);
}

/** Throws `plan_outdated` unless the sheet and the library are unchanged since the plan was made. The script compares a Google
 *  spreadsheet itself, when it has read it. */
export async function assertPlanHolds(
  plan: { token: string; sheet: SheetChoice; mode: Mode; rowsOf: string | undefined },
  { config, sources, libraryRevision }: PlanState,
) {
  const { kind, ...place } = openSheet(config, sources, plan.sheet);
  if (kind === 'google') return;
  const hashes = await hashSheet({ kind, ...place });
  if (planToken(libraryRevision(), hashes, plan.mode, plan.rowsOf) !== plan.token)
    throw planOutdated('plan_outdated');
}

const makeNewPlan = 'Make a new plan, check it, and apply that.';

/** The server refuses with `plan_outdated`; a script, whose arguments are its input, with `bad_input`. */
export function planOutdated(
  code: 'plan_outdated' | 'bad_input',
  subject = 'The sheet or the library',
): AppError {
  const message = `${subject} has changed since the plan was made; nothing was written. Make a new plan and check it.`;
  return new AppError(code, message, { code: 'plan_outdated', problems: [], total: 0, next: makeNewPlan });
}

/** Refuses an import that was accepted without confirmation, because the library was empty then. */
export function libraryNotEmpty(): AppError {
  const message =
    'The library is no longer empty, so the import needs a decision; nothing was written. Make a plan and apply it.';
  return new AppError('bad_input', message, {
    code: 'library_not_empty',
    problems: [],
    total: 0,
    next: makeNewPlan,
  });
}
