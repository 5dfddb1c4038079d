// Carries out a plan, inside the caller's write transaction. The order keeps every state legal on the way:
// categories come before their entries and go after them; a name is given up before another takes it.
import type { Library } from '../library/repository.ts';
import { entryKinds, kinds, shapes, type Value } from '../library/rules.ts';
import type { CheckedTab, SheetRow } from './check-rows.ts';
import type { CheckedSheet } from './checks.ts';
import { readCell } from './formula.ts';
import type { ImportPlan } from './plan.ts';

/** `now`: ISO 8601 UTC. `onWritten` is told how many rows are done. */
export function applyPlan(
  library: Library,
  { tabs }: ImportPlan,
  checked: CheckedSheet,
  now: string,
  onWritten: (rows: number) => void,
) {
  let written = 0;
  const step = () => onWritten(++written);
  setNamesAside(library, tabs.category);
  for (const kind of entryKinds) {
    for (const id of tabs[kind].removed) {
      library[kind].remove(id);
      step();
    }
  }
  for (const kind of kinds) {
    for (const { row, isTextChanged } of tabs[kind].changed) {
      library[kind].update(row.values, isTextChanged, now);
      step();
    }
    const timesOf = createTimes(checked.tabs[kind], now);
    for (const row of tabs[kind].added) {
      library[kind].insert(row.values, timesOf(row));
      step();
    }
  }
  for (const code of tabs.category.removed) {
    if (!library.category.remove(code)) throw new Error(`Category ${code} still has entries.`);
    step();
  }
}

function setNamesAside(library: Library, { changed, removed }: ImportPlan['tabs']['category']) {
  for (const code of removed) library.category.setNameAside(code);
  for (const { row, isRenamed } of changed) {
    if (isRenamed) library.category.setNameAside(String(row.values[0]));
  }
}

/** The sheet's times where they are ISO 8601; else `now` for what must have one, and none for the others. */
function createTimes({ tab, timesAt }: CheckedTab, now: string): (row: SheetRow) => Value[] {
  const fallbacks = shapes[tab.kind].times.map((name) => (alwaysKnown.includes(name) ? now : null));
  const known = new Map<string, boolean>();
  const isTime = (text: string) => {
    const isKnown = known.get(text);
    if (isKnown !== undefined) return isKnown;
    const found = iso8601.test(text) && !Number.isNaN(Date.parse(text));
    known.set(text, found);
    return found;
  };
  return ({ cells }) =>
    timesAt.map((at, place) => {
      const text = readCell(cells[at] ?? '');
      return isTime(text) ? text : (fallbacks[place] ?? null);
    });
}

const alwaysKnown = ['created_at', 'updated_at'];
const iso8601 = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/;
