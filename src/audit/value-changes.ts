// Before and after of a changed value, field by field.
import { isDeepStrictEqual } from 'node:util';
import type { SecretState } from '../core/secret-state.ts';

/** Null: there was, or is, no value. */
export type ValueChange = { field: string; from: string | null; to: string | null };

/** The author and the time of a change, which the row itself has. */
const bookkeeping = /^(created|changed|updated)_(at|by)$/;

/** The fields that differ between `detail.before` and `detail.after`. An empty text is no value. */
export function changesOf(detail: Record<string, unknown> | null): ValueChange[] {
  if (detail === null || !('before' in detail || 'after' in detail)) return [];
  const { before = null, after = null } = detail;
  if (!isRecord(before) && !isRecord(after)) return compare('value', before, after);
  const [was, is] = [isRecord(before) ? before : {}, isRecord(after) ? after : {}];
  const names = new Set([...Object.keys(was), ...Object.keys(is)]);
  const fields = [...names].filter((name) => !bookkeeping.test(name));
  return fields.flatMap((field) => compare(field, was[field] ?? null, is[field] ?? null));
}

/** Whether the change gave a value to something that had none: it added a record or a secret. */
export function isAddition(detail: Record<string, unknown> | null): boolean {
  if (detail === null || !('after' in detail)) return false;
  return isNothing(detail.before ?? null) && !isNothing(detail.after ?? null);
}

/** A change of a secret in words; null if the field is no secret. */
export function describeSecret({ from, to }: ValueChange): string | null {
  if (from === 'set' && to === 'changed') return 'changed';
  return isSecretState(from) && isSecretState(to) ? `${to ?? notSet}, was ${from ?? notSet}` : null;
}

const notSet: SecretState = 'not set';

const isSecretState = (text: string | null) => text === null || text === 'set' || text === notSet;

const isNothing = (value: unknown) => value === null || value === notSet;

function compare(field: string, before: unknown, after: unknown): ValueChange[] {
  const [from, to] = [textOf(before) || null, textOf(after) || null];
  const isEmpty = from === null && (to === null || to === notSet);
  return isEmpty || isDeepStrictEqual(before, after) ? [] : [{ field, from, to }];
}

/** A value as text: `a, b` for a list of texts, JSON for other values with parts, nothing for one without. */
export function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object')) return value.join(', ');
  return Object.keys(value).length === 0 ? '' : JSON.stringify(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
