// The rows of a plan, built from rows of the sheet and of the library.
import { formatSyncStatus, shapes, type Value } from '../library/rules.ts';
import { hiddenDifference } from './hidden.ts';
import type { FieldChange, PlanRow } from '../plan-store/plan-repository.ts';
import type { Problem } from './problems.ts';
import type { SheetRow } from './sheet-rows.ts';
import type { Tab } from './tabs.ts';

/** A column in which a row differs; `hidden` names the difference when a person sees the same in both texts. */
export type Difference = { at: number; from: Value; to: Value; hidden: string | null };

export function differenceAt(at: number, from: Value, to: Value): Difference {
  const areTexts = typeof from === 'string' && typeof to === 'string';
  return { at, from, to, hidden: areTexts ? hiddenDifference(from, to) : null };
}

/** `only line endings` or the like; null for a change that a person sees. */
export function hiddenChange(differences: Difference[]): string | null {
  const hidden = differences.flatMap((one) => one.hidden ?? []);
  return hidden.length < differences.length ? null : `only ${[...new Set(hidden)].join(' and ')}`;
}

/** `row`: the spreadsheet's number; null for a row that comes from a backup. */
type NewRow = Pick<SheetRow, 'values'> & { row: number | null };

export function addedRow(tab: Tab, { row, values }: NewRow): PlanRow {
  return { ...blank, outcome: 'added', row, ...nameOf(tab, values) };
}

export function removedRow(tab: Tab, stored: Value[]): PlanRow {
  return { ...blank, outcome: 'removed', ...nameOf(tab, stored) };
}

export function changedRow(tab: Tab, { row, values }: NewRow, differences: Difference[]): PlanRow {
  const change = hiddenChange(differences) ?? 'text';
  const fields = differences.map((difference) => fieldChange(tab, difference));
  return { ...blank, outcome: 'changed', row, ...nameOf(tab, values), change, fields };
}

/** A row that a plan does not touch; its differences are those that it keeps. */
export function leftAloneRow(tab: Tab, values: Value[], differences: Difference[], message: string): PlanRow {
  return {
    ...changedRow(tab, { row: null, values }, differences),
    outcome: 'left_alone',
    change: null,
    message,
  };
}

/** `key`: that of the row, as far as it has one. */
export function problemRow(outcome: 'wrong' | 'warning', problem: Problem, key: string): PlanRow {
  return { ...blank, outcome, key, ...problem };
}

const blank = {
  row: null,
  key: '',
  title: '',
  category: null,
  change: null,
  column: null,
  value: null,
  message: null,
  fields: [],
} satisfies Partial<PlanRow>;

function nameOf({ kind, name }: Tab, values: Value[]) {
  const isCategory = kind === 'category';
  const title = values[isCategory ? 1 : shapes[kind].compared.indexOf('title')];
  const category = isCategory ? null : String(values[1]);
  return { tab: name, key: String(values[0]), title: String(title), category };
}

function fieldChange(tab: Tab, { at, from, to, hidden }: Difference): FieldChange {
  const field = tab.required[at] ?? '';
  return {
    field,
    from: textOf(field, from),
    to: textOf(field, to),
    ...(hidden === null ? {} : { difference: `only ${hidden}` }),
  };
}

function textOf(field: string, value: Value): string | null {
  if (field === 'sync_status') return formatSyncStatus(value);
  return value === null || value === '' ? null : String(value);
}
