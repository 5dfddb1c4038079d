// The flags in a file of settings: those that differ from their default, each with its note.
import { findFlag } from '../flags/declared.ts';
import { type FlagState, type FlagValue, formatState, isSameValue } from '../flags/flag.ts';
import { findFault } from '../flags/flag-values.ts';
import type { KnownFlag } from '../flags/known-flag.ts';
import { invalidArguments } from '../core/arguments.ts';
import { isObject } from '../core/json.ts';
import type { ImportChange } from './import-plan.ts';

/** `is_on`: null for the default, which an export never writes. */
type FileFlag = { key: string; is_on: unknown; percent?: unknown; note?: unknown };
type Saved = FlagValue & { key: string };
export type WantedFlag = { key: string; to: FlagValue | null };

/** The key of a change of a flag among those of settings. */
export const changeKey = (flag: string) => `flags.${flag}`;
export const isFlagChange = ({ key }: Pick<ImportChange, 'key'>) => key.startsWith(changeKey(''));

export const toFileFlags = (saved: Iterable<Saved>): Saved[] =>
  [...saved]
    .filter(({ key }) => findFlag(key))
    .map(({ key, is_on, percent, note }) => ({ key, is_on, percent, note }));

/** Throws `invalid_arguments` for a list that names no flags, or one of them twice. */
export function readFileFlags(list: unknown[]): FileFlag[] {
  const seen = new Set<string>();
  return list.map((item) => {
    if (!isObject(item) || typeof item.key !== 'string' || !('is_on' in item))
      throw refuse('Each item of flags must be an object with a key, is_on and percent.');
    if (seen.has(item.key)) throw refuse(`The file has the flag ${JSON.stringify(item.key)} twice.`);
    seen.add(item.key);
    return item as FileFlag;
  });
}

/** With null for each flag that was saved since. */
export function addDefaultFlags(list: readonly FileFlag[], known: readonly KnownFlag[]): FileFlag[] {
  const named = new Set(list.map(({ key }) => key));
  const since = known.filter(({ flag, saved }) => saved !== null && !named.has(flag.key));
  return [...list, ...since.map(({ flag: { key } }) => ({ key, is_on: null }))];
}

/** A saved flag differs from none, also where it is as the default, because a default may change. */
export function compareFlag(item: FileFlag, all: readonly KnownFlag[]): ImportChange {
  const { key, ...value } = item;
  const known = all.find(({ flag }) => flag.key === key);
  const change = { key: changeKey(key), title: `Flag ${key}`, before: known?.state ?? null };
  const after = value.is_on === null ? null : { note: null, ...value };
  if (!known) return { ...change, after, state: 'unknown', why: `There is no flag ${key}.` };
  const why = findFault(after);
  if (why !== null) return { ...change, after, state: 'refused', why };
  const isSame = isSameValue(known.saved, after as FlagValue | null);
  return { ...change, after, state: isSame ? 'unchanged' : 'changed', why: null };
}

/** The flags of changes that can be applied. */
export function wantedFlags(changes: readonly ImportChange[]): WantedFlag[] {
  const wanted = changes.filter((change) => isFlagChange(change) && change.state === 'changed');
  return wanted.map(({ key, after }) => ({
    key: key.slice(changeKey('').length),
    to: after as FlagValue | null,
  }));
}

/** `default, on for 5%`, `off, “after the model change”`; as JSON what is no value of a flag. */
export function formatFlagValue({ key }: Pick<ImportChange, 'key'>, value: unknown): string {
  const flag = findFlag(key.slice(changeKey('').length));
  if (value === null) return flag ? `default, ${formatState(flag.default)}` : 'default';
  if (findFault(value) !== null) return JSON.stringify(value);
  const { note = null, ...state } = value as FlagState & { note?: string | null };
  return note === null ? formatState(state) : `${formatState(state)}, “${note}”`;
}

function refuse(message: string) {
  return invalidArguments([{ field: 'file', message }]);
}
