// Edit conflicts. An editor sends along what it showed, and a save never replaces a newer value that its author has not seen.
import { createHash } from 'node:crypto';
import { AppError } from './errors.ts';
import { formatAge } from './format.ts';

/** A field of a save; its values are texts. `shown`: the value that the editor had when it was opened, undefined if the
 *  sender does not say it. `change`: the last change of the stored value; null without a record of it. `describe` gives a
 *  value in words. */
export type Edit = {
  field: string;
  title: string;
  shown: string | undefined;
  stored: string;
  given: string;
  change: { changed_at: string | null; changed_by: string | null } | null;
  describe(value: string): string;
};

/** Call it in the transaction of the save. Throws `edit_conflict` with each field that has changed since the editor showed it,
 *  and both of its values. A field that already has the given value is no conflict. */
export function assertUnchanged(edits: readonly Edit[], now: Date) {
  const conflicts = edits.filter(
    ({ shown, stored, given }) => shown !== undefined && shown !== stored && given !== stored,
  );
  const [first] = conflicts;
  if (!first) return;
  const problems = conflicts.map((one) => ({ field: one.field, message: describeConflict(one, now) }));
  const more = conflicts.length > 1 ? ` ${conflicts.length - 1} more.` : '';
  const message = `${first.title}: ${problems[0]?.message} Nothing was saved.${more}`;
  throw new AppError('edit_conflict', message, { problems, conflicts: conflicts.map(factsOf) });
}

/** The fields that an `edit_conflict` names; none for another error. */
export function conflictingFields(error: AppError | undefined): string[] {
  const { conflicts = [] } = (error?.details ?? {}) as { conflicts?: ReturnType<typeof factsOf>[] };
  return conflicts.map(({ field }) => field);
}

/** Identifies stored values: the header `ETag` of an answer that shows them, and `If-Match` of a save by a program. */
export function etagOf(stored: unknown): string {
  return `"${createHash('sha256').update(JSON.stringify(stored)).digest('base64url')}"`;
}

/** Call it in the transaction of the save. `ifMatch`: the header of the request; undefined saves in any case. `stored`: null if
 *  there is nothing yet. Throws `edit_conflict`. */
export function assertMatches(ifMatch: string | undefined, stored: unknown) {
  if (ifMatch === undefined) return;
  const tags = ifMatch.split(',').map((tag) => tag.trim());
  if (stored !== null && (tags.includes('*') || tags.includes(etagOf(stored)))) return;
  const message =
    'This has changed since you read it: its ETag is no longer the one of If-Match. Nothing was saved. Read it again.';
  throw new AppError('edit_conflict', message);
}

/** `Changed by anna 1 min ago to 60 days; yours is 30 days. Save again to keep yours.` A field that the author of the save has
 *  left as it was shown has no value of theirs. */
function describeConflict({ change, shown, stored, given, describe }: Edit, now: Date): string {
  const by = change?.changed_by ? ` by ${change.changed_by}` : '';
  const at = change?.changed_at ? ` ${formatAge(now.getTime() - Date.parse(change.changed_at))} ago` : '';
  if (given === shown) return `Changed${by}${at} from ${describe(shown)} to ${describe(stored)}.`;
  return `Changed${by}${at} to ${describe(stored)}; yours is ${describe(given)}. Save again to keep yours.`;
}

function factsOf({ field, stored, given, change }: Edit) {
  const { changed_at = null, changed_by = null } = change ?? {};
  return { field, stored, given, changed_at, changed_by };
}
