// The fields of a form that changes stored values: each sends along what it showed, see core/edit-conflict.ts.
import { conflictingFields } from '../core/edit-conflict.ts';
import type { AppError } from '../core/errors.ts';
import type { Form } from './validation.ts';

/** The name of the field that keeps what the field `name` showed. */
export const wasName = (name: string) => `was:${name}`;

/** The value and the `was` of a field when its form is shown again after a refusal. A field that was not changed shows what is
 *  stored now, and a conflict that is shown has been seen. `field`: the name of the field in the refusal. */
export function showAgain(
  form: Form,
  { name, field = name, stored }: { name: string; field?: string; stored: string },
  refusal: AppError | undefined,
): { value: string; was: string } {
  const [value = stored, was = stored] = [form[name], form[wasName(name)]];
  if (value === was || value === stored) return { value: stored, was: stored };
  return { value, was: conflictingFields(refusal).includes(field) ? stored : was };
}
