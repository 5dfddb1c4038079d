// Before and after of a changed value, field by field.
import { isDeepStrictEqual } from 'node:util';

/** Null: there was, or is, no value. */
export type ValueChange = { field: string; from: string | null; to: string | null };

/** The author and the time of a change, which the row itself has. */
const bookkeeping = /^(created|changed|updated)_(at|by)$/;

/** The states of a secret, which is never shown. */
const secretStates = ['set', 'not set'];

/** The fields that differ between `detail.before` and `detail.after`; secrets always. */
export function changesOf(detail: Record<string, unknown> | null): ValueChange[] {
  if (detail === null || !('before' in detail || 'after' in detail)) return [];
  const { before = null, after = null } = detail;
  if (!isRecord(before) && !isRecord(after)) return compare('value', before, after);
  const [was, is] = [isRecord(before) ? before : {}, isRecord(after) ? after : {}];
  const names = new Set([...Object.keys(was), ...Object.keys(is)]);
  const fields = [...names].filter((name) => !bookkeeping.test(name));
  return fields.flatMap((field) => compare(field, was[field] ?? null, is[field] ?? null));
}

export function isSecretState(text: string | null): boolean {
  return text === null || secretStates.includes(text);
}

function compare(field: string, before: unknown, after: unknown): ValueChange[] {
  const change = { field, from: textOf(before), to: textOf(after) };
  const isSecret = secretStates.includes(change.to ?? '') && secretStates.includes(change.from ?? '');
  return isDeepStrictEqual(before, after) && !isSecret ? [] : [change];
}

/** A value as text: `a, b` for a list of texts, JSON for what has parts. */
export function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object')) return value.join(', ');
  return JSON.stringify(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
