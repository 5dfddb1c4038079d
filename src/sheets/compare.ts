// Compares one tab with its table and notes the differences in the plan. The table is read once, row by row.
import type { Library } from '../library/repository.ts';
import { type Kind, shapes, type Value } from '../library/rules.ts';
import type { CheckedTab, SheetRow } from './check-rows.ts';
import { type Preview, showAdded, showChanged } from './preview.ts';
import type { Problem, SheetProblem } from './problems.ts';

/** `replace`: the library becomes the sheet. `merge`: adds and updates entries, removes none. */
export type Mode = 'replace' | 'merge';

/** `isTextChanged`: the embedded text differs. `isRenamed`: a category's name differs; names must stay unique. */
type Change = { row: SheetRow; isTextChanged: boolean; isRenamed: boolean };

export type Differences = {
  /** `removed` holds the keys of entries or categories. */
  tabs: Record<Kind, { added: SheetRow[]; changed: Change[]; removed: string[] }>;
  counts: Record<'added' | 'changed' | 'unchanged' | 'removed' | 'invalid', number>;
  preview: Preview;
  sheetProblems: SheetProblem[];
  rowProblems: Problem[];
};

export type Comparing = {
  checked: Record<Kind, CheckedTab>;
  library: Library;
  mode: Mode;
  plan: Differences;
  onStored: () => void;
};

type Rules = {
  /** Returns the problems of a row that only a look at the library shows. */
  judge(row: SheetRow, isUnchanged: boolean): Problem[];
  onAbsent(stored: Value[]): void;
  /** Receives the library's row, which an invalid row of the sheet leaves as it is. */
  onInvalid(stored: Value[]): void;
};

export function compareTab({ checked, library, plan, onStored }: Comparing, kind: Kind, rules: Rules) {
  const { tab, rows } = checked[kind];
  const { added, changed } = plan.tabs[kind];
  const isStored = new Set<SheetRow>();
  for (const stored of library[kind].compared()) {
    onStored();
    const row = rows.get(String(stored[0]));
    if (!row) {
      rules.onAbsent(stored);
      continue;
    }
    isStored.add(row);
    const fields = differences(row.values, stored);
    if (isRefused(row, fields.length === 0)) rules.onInvalid(stored);
    else if (fields.length === 0) plan.counts.unchanged++;
    else {
      changed.push(changeOf(kind, row, fields));
      showChanged(plan.preview, tab, row, stored, fields);
    }
  }
  if (isStored.size === rows.size) return;
  for (const row of rows.values()) {
    if (isStored.has(row) || isRefused(row, false)) continue;
    added.push(row);
    showAdded(plan.preview, tab, row);
  }

  function isRefused(row: SheetRow, isUnchanged: boolean): boolean {
    const problems = rules.judge(row, isUnchanged);
    if (problems.length === 0) return false;
    plan.counts.invalid++;
    plan.rowProblems.push(...problems);
    return true;
  }
}

function changeOf(kind: Kind, row: SheetRow, fields: number[]): Change {
  const { compared, embedded } = shapes[kind];
  const names = fields.map((at) => compared[at] ?? '');
  return {
    row,
    isTextChanged: names.some((name) => embedded.includes(name)),
    isRenamed: kind === 'category' && names.includes('name'),
  };
}

const none: number[] = [];

/** Indexes of the columns that differ; an empty cell equals a missing value. */
function differences(values: Value[], stored: Value[]): number[] {
  let fields = none;
  for (let at = 0; at < values.length; at++) {
    if (values[at] === stored[at] || (values[at] ?? '') === (stored[at] ?? '')) continue;
    if (fields === none) fields = [];
    fields.push(at);
  }
  return fields;
}
