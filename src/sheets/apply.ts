// Applies a plan to the library. Categories are added before their entries and removed after them.
import type { Change } from '../library/change-record-repository.ts';
import type { Library, NewRow, Origin } from '../library/repository.ts';
import { entryKinds, type Kind, kinds, shapes, type Value } from '../library/rules.ts';
import type { CheckedTab } from './check-rows.ts';
import type { CheckedSheet } from './checks.ts';
import { addedKeys } from './compare.ts';
import type { ImportPlan, Removals } from './plan.ts';
import type { SheetRow } from './sheet-rows.ts';
import { readTime, requiredTimes } from './times.ts';

/** `now`: ISO 8601 UTC. `onWritten` receives the number of rows written so far. */
export function applyPlan(
  library: Library,
  { tabs }: ImportPlan,
  checked: CheckedSheet,
  now: string,
  onWritten: (rows: number) => void,
) {
  const step = createSteps(onWritten);
  freeNames(library, tabs.category, checked.tabs.category);
  removeEntries(library, tabs, step);
  for (const kind of kinds) {
    for (const { index, isTextChanged } of tabs[kind].changed) {
      library[kind].update(checked.tabs[kind].rows.at(index).values, isTextChanged, now);
      step();
    }
    library[kind].insertAll(newRows(tabs[kind].added, checked.tabs[kind], now, step));
  }
  removeCategories(library, tabs, step);
}

/** Applies a plan that only removes. `onWritten` receives the number of rows removed so far. */
export function applyRemovals(library: Library, { tabs }: Removals, onWritten: (rows: number) => void) {
  const step = createSteps(onWritten);
  removeEntries(library, tabs, step);
  removeCategories(library, tabs, step);
}

/** Notes where the added entries come from. Entries that were there before stay as they are: they came in another way. */
export function recordOrigins(library: Library, { tabs }: ImportPlan, checked: CheckedSheet, origin: Origin) {
  for (const kind of entryKinds) {
    const ids: Value[] = [];
    for (const [key] of addedKeys(checked.tabs[kind], tabs[kind].added)) ids.push(key);
    // Sorted, because the table is stored in the order of its key.
    ids.sort();
    for (let at = 0; at < ids.length; at += originsAtOnce)
      library[kind].setOrigin(ids.slice(at, at + originsAtOnce), origin);
  }
}

const originsAtOnce = 1000;

/** Each row that applying the plan changes, in the order of the library's kinds. */
export function* changesOf({ tabs }: ImportPlan, checked: CheckedSheet): Generator<Change> {
  for (const kind of kinds) {
    const { added, changed } = tabs[kind];
    const { rows } = checked.tabs[kind];
    const changeAt = (index: number): Change => {
      const { values } = rows.at(index);
      return { kind, key: String(values[0]), values };
    };
    for (const index of added) yield changeAt(index);
    for (const { index } of changed) yield changeAt(index);
    yield* removalsOf(tabs, kind);
  }
}

/** The same of a plan that only removes. */
export function* allRemovalsOf({ tabs }: Pick<Removals, 'tabs'>): Generator<Change> {
  for (const kind of kinds) yield* removalsOf(tabs, kind);
}

function* removalsOf(tabs: Removals['tabs'], kind: Kind): Generator<Change> {
  for (const key of tabs[kind].removed) yield { kind, key, values: null };
}

function createSteps(onWritten: (rows: number) => void): () => void {
  let written = 0;
  return () => onWritten(++written);
}

function removeEntries(library: Library, tabs: Removals['tabs'], step: () => void) {
  for (const kind of entryKinds) {
    for (const id of tabs[kind].removed) {
      library[kind].remove(id);
      step();
    }
  }
}

function removeCategories(library: Library, { category }: Removals['tabs'], step: () => void) {
  for (const code of category.removed) {
    if (!library.category.remove(code)) throw new Error(`Category ${code} still has entries.`);
    step();
  }
}

function freeNames(
  library: Library,
  { changed, removed }: ImportPlan['tabs']['category'],
  { rows }: CheckedTab,
) {
  for (const code of removed) library.category.setNameAside(code);
  for (const { index, isRenamed } of changed) {
    if (isRenamed) library.category.setNameAside(String(rows.at(index).values[0]));
  }
}

function* newRows(
  added: number[],
  { tab, rows }: CheckedTab,
  now: string,
  step: () => void,
): Generator<NewRow> {
  const timesOf = createTimes(tab.kind, now);
  for (const index of added) {
    const row = rows.at(index);
    yield { values: row.values, times: timesOf(row) };
    step();
  }
}

/** The times of a new row. One that the sheet does not have, or that cannot be read, is `now` if the library requires it. */
function createTimes(kind: Kind, now: string): (row: SheetRow) => Value[] {
  const fallbacks = shapes[kind].times.map((name) => (requiredTimes.includes(name) ? now : null));
  return ({ times }) =>
    times.map((cell, index) => {
      const time = readTime(cell);
      return typeof time === 'string' ? time : (fallbacks[index] ?? null);
    });
}
