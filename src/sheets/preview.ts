// The preview of a plan: the first rows and problems, with texts cut to fit one message of the script protocol.
import { cut, shapes, formatSyncStatus, type Value } from '../library/rules.ts';
import type { SheetRow } from './check-rows.ts';
import { hiddenDifference } from './hidden.ts';
import { maxShownLength, maxShown, type Problem, rowProblem } from './problems.ts';
import type { Tab, TabName } from './tabs.ts';

type ShownRow = { tab: TabName; row: number; id: string; title: string };
/** `difference`: `only line endings` or the like, when a person sees the same in both texts. */
type FieldChange = { field: string; from: string | null; to: string | null; difference?: string };
export type Preview = {
  added: ShownRow[];
  changed: (ShownRow & { fields: FieldChange[] })[];
  removed: Omit<ShownRow, 'row'>[];
  invalid: Problem[];
  warnings: Problem[];
};

export function showAdded({ added }: Preview, tab: Tab, { row, values }: SheetRow) {
  if (added.length < maxShown) added.push({ tab: tab.name, row, ...nameOf(tab, values) });
}

/** `changed`: indexes of the columns in which the row differs from the `stored` one. */
export function showChanged(preview: Preview, tab: Tab, found: SheetRow, stored: Value[], changed: number[]) {
  if (preview.changed.length >= maxShown) return;
  const { row, values } = found;
  const fields = changed.map((at) =>
    fieldChange(tab.required[at] ?? '', stored[at] ?? null, values[at] ?? null),
  );
  preview.changed.push({ tab: tab.name, row, ...nameOf(tab, values), fields });
}

export function showRemoved({ removed }: Preview, tab: Tab, stored: Value[]) {
  if (removed.length < maxShown) removed.push({ tab: tab.name, ...nameOf(tab, stored) });
}

/** A row for a change that a person cannot see in any of its fields; null for other changes. */
export function hiddenChange(
  tab: Tab,
  { row, values }: SheetRow,
  stored: Value[],
  changed: number[],
): Problem | null {
  const found = changed.map((at) => describeHidden(stored[at] ?? null, values[at] ?? null));
  const differences = found.filter((difference) => difference !== null);
  if (differences.length < found.length) return null;
  const names = changed.map((at) => tab.required[at] ?? '').join(', ');
  const message = `only ${[...new Set(differences)].join(' and ')}`;
  return rowProblem(tab.name, row, names, null, message);
}

function describeHidden(from: Value, to: Value): string | null {
  return typeof from === 'string' && typeof to === 'string' ? hiddenDifference(from, to) : null;
}

function nameOf({ kind }: Tab, values: Value[]) {
  const title = values[kind === 'category' ? 1 : shapes[kind].compared.indexOf('title')];
  return { id: cut(String(values[0]), maxShownLength), title: cut(String(title), maxShownLength) };
}

function fieldChange(field: string, from: Value, to: Value): FieldChange {
  const [shownFrom, shownTo] = [textOf(field, from), textOf(field, to)];
  const start = differenceStart(shownFrom ?? '', shownTo ?? '');
  const difference = describeHidden(from, to);
  return {
    field,
    from: cutFrom(shownFrom, start),
    to: cutFrom(shownTo, start),
    ...(difference === null ? {} : { difference: `only ${difference}` }),
  };
}

function textOf(field: string, value: Value): string | null {
  if (field === 'sync_status') return formatSyncStatus(value);
  return value === null || value === '' ? null : String(value);
}

/** Where to start showing two long texts, so that a difference far into them is visible. */
function differenceStart(from: string, to: string): number {
  const lead = 40;
  let same = 0;
  while (same < from.length && from[same] === to[same]) same++;
  if (same < maxShownLength - lead) return 0;
  const isInsidePair = /[\uDC00-\uDFFF]/.test(from[same - lead] ?? '');
  return same - lead - (isInsidePair ? 1 : 0);
}

function cutFrom(text: string | null, start: number): string | null {
  if (text === null || start === 0) return text === null ? null : cut(text, maxShownLength);
  return `…${cut(text.slice(start), maxShownLength)}`;
}
