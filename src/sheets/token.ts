// The token of a plan: it changes with the library, with the files and with the mode. Leaving out invalid
// rows and allowing removals do not change what a plan says, so they are not part of it.
import { createHash } from 'node:crypto';
import type { Config } from '../core/config.ts';
import { AppError } from '../core/errors.ts';
import { hashFolder } from './folder.ts';
import { openSheet, type SheetChoice } from './location.ts';
import type { Mode } from './compare-sheet.ts';

/** `revision` of the library, `hashes` as `readFolder` or `hashFolder` gives them. */
export function planToken(revision: number, hashes: readonly string[], mode: Mode): string {
  return createHash('sha256')
    .update(JSON.stringify([revision, hashes, mode]))
    .digest('hex')
    .slice(0, 32);
}

/** Throws `plan_outdated` unless the sheet and the library are still those that the plan was made of. */
export async function assertPlanHolds(
  plan: { token: string; sheet: SheetChoice; mode: Mode },
  { config, libraryRevision }: { config: Config; libraryRevision: () => number },
) {
  const hashes = await hashFolder(openSheet(config, plan.sheet, 'read'));
  if (planToken(libraryRevision(), hashes, plan.mode) !== plan.token) throw planOutdated('plan_outdated');
}

/** For a script, whose arguments are its input, `bad_input` with the code `plan_outdated`. */
export function planOutdated(code: 'plan_outdated' | 'bad_input'): AppError {
  return new AppError(
    code,
    'The sheet or the library has changed since the plan was made; nothing was written. Make a new plan and look at it again.',
    { code: 'plan_outdated', problems: [], total: 0 },
  );
}
