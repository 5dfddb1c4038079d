// Applies a plan to the library. Categories are added before their entries and removed after them.
import type { Change } from '../library/change-record-repository.ts';
import type { Library, NewRow, Origin } from '../library/repository.ts';
import { entryKinds, kinds, shapes, type Value } from '../library/rules.ts';
import type { CheckedTab, SheetRow } from './check-rows.ts';
import type { CheckedSheet } from './checks.ts';
import type { ImportPlan, Removals } from './plan.ts';
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
  freeNames(library, tabs.category);
  removeEntries(library, tabs, step);
  for (const kind of kinds) {
    for (const { row, isTextChanged } of tabs[kind].changed) {
      library[kind].update(row.values, isTextChanged, now);
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
export function recordOrigins(library: Library, { tabs }: ImportPlan, origin: Origin) {
  for (const kind of entryKinds) {
    const ids = tabs[kind].added.map(({ values: [id = null] }) => id);
    // Sorted, because the table is stored in the order of its key.
    library[kind].setOrigin(ids.sort(), origin);
  }
}

/** Each row that applying the plan changes, in the order of the library's kinds. */
export function* changesOf({ tabs }: Pick<ImportPlan, 'tabs'>): Generator<Change> {
  for (const kind of kinds) {
    const { added, changed, removed } = tabs[kind];
    for (const { values } of added) yield { kind, key: String(values[0]), values };
    for (const { row } of changed) yield { kind, key: String(row.values[0]), values: row.values };
    for (const key of removed) yield { kind, key, values: null };
  }
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

function freeNames(library: Library, { changed, removed }: ImportPlan['tabs']['category']) {
  for (const code of removed) library.category.setNameAside(code);
  for (const { row, isRenamed } of changed) {
    if (isRenamed) library.category.setNameAside(String(row.values[0]));
  }
}

function* newRows(added: SheetRow[], tab: CheckedTab, now: string, step: () => void): Generator<NewRow> {
  const timesOf = createTimes(tab, now);
  for (const row of added) {
    yield { values: row.values, times: timesOf(row) };
    step();
  }
}

/** The times of a new row. One that the sheet does not have, or that cannot be read, is `now` if the library requires it. */
function createTimes({ tab, timesAt }: CheckedTab, now: string): (row: SheetRow) => Value[] {
  const fallbacks = shapes[tab.kind].times.map((name) => (requiredTimes.includes(name) ? now : null));
  return ({ cells }) =>
    timesAt.map((at, index) => {
      const time = readTime(cells[at] ?? '');
      return typeof time === 'string' ? time : (fallbacks[index] ?? null);
    });
}
