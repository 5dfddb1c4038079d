import { AppError, badInput } from '../core/errors.ts';

/** The error for a refused upload. `code` is stable and reaches the client as `details.code`; `why` is a sentence. */
export function refusal(code: string, why: string): AppError {
  const next = isOfZip(code) ? ' Upload the ZIP as it was downloaded.' : '';
  return badInput(code, `${why}${next} The current index is unchanged.`);
}

/** The ZIP or a file in it is not as it was downloaded. */
function isOfZip(code: string): boolean {
  return (
    code.startsWith('zip_') || ['not_a_zip', 'members', 'member_missing', 'hash_mismatch'].includes(code)
  );
}

export function diskFull(what: string): AppError {
  const next = 'Free some space, then upload it again. The current index is unchanged.';
  return new AppError('disk_full', `${what} ${next}`, { code: 'disk_full' });
}

/** For an entry of a ZIP; `what` says what it does. */
export function entryRefusal(code: string, name: string, what: string): AppError {
  return refusal(code, `The entry ${name} of the ZIP ${what}`);
}

export function wrongModel(found: string, wanted: string): AppError {
  const message = `The snapshot was built with ${JSON.stringify(found.slice(0, 80))}; the settings name ${JSON.stringify(wanted)}. Vectors of two models cannot be compared.`;
  return refusal('model_mismatch', message);
}

/** Throws `dimension_mismatch` unless both are equal. */
export function assertDimension(found: number, wanted: number) {
  if (found === wanted) return;
  const message = `The vectors of the snapshot have ${found} numbers; those of the model in the settings have ${wanted}.`;
  throw refusal('dimension_mismatch', message);
}
