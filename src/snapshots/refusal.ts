import { type AppError, badInput } from '../core/errors.ts';

export const unchanged = 'The current index is unchanged.';

/** The error for a refused upload. `code` is stable and reaches the client as `details.code`; `why` and `next` are sentences. */
export function refusal(code: string, why: string, next = nextStep(code)): AppError {
  return badInput(code, [why, next, unchanged].filter(Boolean).join(' '));
}

function nextStep(code: string): string {
  const [, next = ''] = nextSteps.find(([codes]) => codes.test(code)) ?? [];
  return next;
}

const nextSteps: [codes: RegExp, next: string][] = [
  // The ZIP or a file in it is not as it was downloaded.
  [/^(zip_|not_a_zip|member|hash_mismatch)/, 'Upload the ZIP as it was downloaded.'],
  [/^format_unknown/, 'Download it from a server of this version.'],
  [/^(model|dimension)_mismatch/, 'Upload a snapshot of that model, or name its model in the settings.'],
  // The snapshot itself is wrong.
  [
    /^(index_invalid|index_not_|not_searchable|meta_|manifest_|count_mismatch|vectors_differ)/,
    'Download the snapshot again, or rebuild the index here.',
  ],
];

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
