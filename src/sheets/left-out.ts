// The rows that an import left out: which of them a later run of the sheet takes, after they were fixed.
import { badInput } from '../core/errors.ts';
import type { Kind, Value } from '../library/rules.ts';
import { addRow, type CheckedTab, emptyTab } from './check-rows.ts';
import type { CheckedSheet } from './checks.ts';
import { type StoredRow, withPlan } from '../plan-store/plan-repository.ts';
import type { Problem } from './problems.ts';
import { tabs } from './tabs.ts';

/** By tab: the keys of the rows, and the numbers of those whose key was at fault. */
type LeftOut = Record<Kind, { keys: Set<string>; rows: Set<number> }>;

const jobId = /^[0-9a-f-]{36}$/;

export function isJobId(text: string): boolean {
  return jobId.test(text);
}

/** Throws `bad_input` (`rows_not_kept`) when the rows of that job are not kept. */
export function readLeftOut(root: string, id: string): LeftOut {
  const wrong = isJobId(id)
    ? withPlan(root, id, (plan) => plan.rows({ outcome: 'wrong' }, 0, Number.MAX_SAFE_INTEGER))
    : null;
  if (wrong) return { category: ofTab(wrong, 0), experience: ofTab(wrong, 1), manual: ofTab(wrong, 2) };
  throw badInput(
    'rows_not_kept',
    'The rows that the other import left out are no longer kept. Import the whole sheet.',
  );
}

function ofTab(wrong: StoredRow[], at: number) {
  const leftOut = { keys: new Set<string>(), rows: new Set<number>() };
  for (const { tab, key, row, column } of wrong) {
    if (tab !== tabs[at]?.name) continue;
    const isKeyWrong = key === '' || column === tabs[at].required[0];
    if (!isKeyWrong) leftOut.keys.add(key);
    else if (row !== null) leftOut.rows.add(row);
  }
  return leftOut;
}

/** The part of the sheet that was left out, with the categories that its entries need and the library does not have.
 *  `scratch`: a folder for the rows of a large part. */
export function keepLeftOut(
  checked: CheckedSheet,
  leftOut: LeftOut,
  stored: ReadonlySet<Value>,
  scratch: string,
): CheckedSheet {
  const kept = {
    category: keepRows(checked.tabs.category, leftOut.category, scratch),
    experience: keepRows(checked.tabs.experience, leftOut.experience, scratch),
    manual: keepRows(checked.tabs.manual, leftOut.manual, scratch),
  };
  for (const kind of ['experience', 'manual'] as const)
    for (const code of kept[kind].tab.codes) {
      if (!stored.has(code)) copyRow(checked.tabs.category, kept.category.tab, String(code));
    }
  const isKept = ({ tab, row }: Problem) =>
    tabs.some(({ kind, name }) => name === tab && row !== null && kept[kind].isChosen(row));
  const rowProblems = checked.rowProblems.filter(isKept);
  const wrongIn = (name: string) =>
    new Set(rowProblems.flatMap(({ tab, row }) => (tab === name ? [row] : []))).size;
  const finish = ({ tab }: { tab: CheckedTab }) => ({ ...tab, invalid: wrongIn(tab.tab.name) });
  return {
    ...checked,
    tabs: {
      category: finish(kept.category),
      experience: finish(kept.experience),
      manual: finish(kept.manual),
    },
    rowProblems,
    warnings: checked.warnings.filter(isKept),
  };
}

/** Does nothing for a key that `from` does not have, or `to` has already. */
function copyRow({ rows }: CheckedTab, to: CheckedTab, key: string) {
  const index = rows.indexOf(key);
  if (index !== undefined && to.rows.indexOf(key) === undefined) addRow(to, key, rows.at(index));
}

function keepRows(from: CheckedTab, { keys, rows: numbers }: LeftOut[Kind], scratch: string) {
  const tab = emptyTab(from.tab, scratch);
  const chosen = new Set(numbers);
  for (const [key, index] of from.rows.entries()) {
    const row = from.rows.rowAt(index);
    if (!keys.has(key) && !numbers.has(row)) continue;
    copyRow(from, tab, key);
    chosen.add(row);
  }
  for (const [key, row] of from.leftOut) {
    if (!keys.has(key) && !numbers.has(row)) continue;
    tab.leftOut.set(key, row);
    chosen.add(row);
  }
  return { tab, isChosen: (row: number) => chosen.has(row) };
}
