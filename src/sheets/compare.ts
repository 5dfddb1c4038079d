// Compares the three tabs with the library, in the order in which they depend on each other, and notes the differences in
// the plan. Each table is read once, row by row. A category that still has entries stays, even if the sheet does not have it.
import type { Library } from '../library/repository.ts';
import { entryKinds, type Kind, shapes, syncStatuses, type Value } from '../library/rules.ts';
import { type CheckedTab, lacksContext } from './check-rows.ts';
import { findLookAlikesInLibrary } from './look-alikes.ts';
import {
  addedRow,
  changedRow,
  type Difference,
  differenceAt,
  hiddenChange,
  removedRow,
} from './plan-rows.ts';
import type { AddRow } from './preview.ts';
import { type Problem, quote, rowProblem, type SheetProblem } from './problems.ts';
import type { SheetRow } from './sheet-rows.ts';
import type { Tab } from './tabs.ts';
import { warnOfTimes } from './times.ts';

/** `replace`: the library becomes the sheet. `merge`: adds and updates entries, removes none. */
export type Mode = 'replace' | 'merge';

/** `isTextChanged`: the embedded text differs. `isRenamed`: a category's name differs; names must stay unique. */
type Change = { index: number; isTextChanged: boolean; isRenamed: boolean };

export type Differences = {
  /** `added` holds the indexes of rows of the sheet, `removed` the keys of entries or categories. */
  tabs: Record<Kind, { added: number[]; changed: Change[]; removed: string[] }>;
  unchanged: number;
  invalid: number;
  sheetProblems: SheetProblem[];
  rowProblems: Problem[];
  warnings: Problem[];
  /** Changed rows in which a person sees no difference. */
  hiddenChanges: Problem[];
};

type Comparing = {
  checked: Record<Kind, CheckedTab>;
  library: Library;
  mode: Mode;
  plan: Differences;
  addRow: AddRow;
  onStored: () => void;
};

/** Library rows that the sheet does not have, by their key. */
type Absent = Map<Value, Value[]>;

export function compareSheet(comparing: Comparing) {
  const absent: Absent = new Map();
  compareTab(comparing, 'category', {
    areSound: true,
    judge: () => [],
    onAbsent: (stored) => absent.set(stored[0] ?? null, stored),
    onInvalid: () => {},
  });
  const needed = compareEntries(comparing, absent);
  removeCategories(comparing, absent, needed);
  refuseTakenNames(comparing, absent);
}

/** Returns the categories of the entries that stay although the sheet does not have them. */
function compareEntries(comparing: Comparing, absent: Absent): Set<Value> {
  const { checked, mode, plan, addRow } = comparing;
  const needed = new Set<Value>();
  const known = knownCategories(comparing, absent);
  for (const kind of entryKinds) {
    const { tab, leftOut } = checked[kind];
    const statusAt = shapes[kind].compared.indexOf('sync_status');
    const keep = (stored: Value[]) => needed.add(stored[1] ?? null);
    const areKnown = [...checked[kind].codes].every((code) => known.has(code));
    compareTab(comparing, kind, {
      areSound: areKnown,
      judge: (row, isUnchanged) => [
        ...unknownCategory(comparing, kind, row, known),
        ...(isUnchanged ? [] : missingContext(checked[kind], row)),
      ],
      onInvalid: keep,
      onAbsent(stored) {
        const isLocal = stored[statusAt] === syncStatuses.local_only;
        if (mode === 'merge' || isLocal || leftOut.has(String(stored[0]))) return keep(stored);
        plan.tabs[kind].removed.push(String(stored[0]));
        addRow('removed', () => removedRow(tab, stored));
      },
    });
  }
  return needed;
}

/** Plans the removal of categories without entries; `absent` keeps those that stay. */
function removeCategories({ checked, mode, plan, addRow }: Comparing, absent: Absent, needed: Set<Value>) {
  const { tab, leftOut } = checked.category;
  for (const [code, stored] of absent) {
    if (mode === 'merge' || needed.has(code) || leftOut.has(String(code))) continue;
    absent.delete(code);
    plan.tabs.category.removed.push(String(code));
    addRow('removed', () => removedRow(tab, stored));
  }
}

/** A name is unique: the sheet cannot give one to a category while another that stays has it. */
function refuseTakenNames({ checked, plan }: Comparing, staying: Absent) {
  const { tab, rows } = checked.category;
  const taken = new Map([...staying].map(([code, stored]) => [stored[1] ?? null, code]));
  for (const { row, values } of rows) {
    const [, name = null] = values;
    if (!taken.has(name)) continue;
    const message = `${quote(String(name))} is the name of category ${taken.get(name)}, which stays in the library. Rename one of them.`;
    plan.sheetProblems.push({
      code: 'name_taken',
      problem: rowProblem(tab.name, row, 'name', String(name), message),
    });
  }
}

function knownCategories({ checked, mode }: Comparing, absent: Absent): Set<Value> {
  const { rows, leftOut } = checked.category;
  const staying = [...absent.keys()].filter((code) => mode === 'merge' || leftOut.has(String(code)));
  return new Set<Value>([...rows.keys(), ...staying]);
}

function unknownCategory({ checked, mode }: Comparing, kind: Kind, row: SheetRow, known: Set<Value>) {
  const [, code = null] = row.values;
  if (known.has(code)) return [];
  const where =
    mode === 'merge' ? 'neither in the Categories tab nor in the library' : 'not in the Categories tab';
  const message = `The category ${quote(String(code))} is ${where}. Add it there, or correct the code.`;
  return [rowProblem(checked[kind].tab.name, row.row, 'category_code', String(code), message)];
}

function missingContext({ tab }: CheckedTab, { row, values }: SheetRow): Problem[] {
  if (!lacksContext(tab.kind, values)) return [];
  const message =
    'A contextual entry needs a context. Fill in this cell, or make its section useful or harmful.';
  return [rowProblem(tab.name, row, 'context', '', message)];
}

type Rules = {
  /** Whether `judge` finds nothing wrong in any row that is not doubtful. */
  areSound: boolean;
  /** Returns the problems of a row that only a look at the library shows. */
  judge(row: SheetRow, isUnchanged: boolean): Problem[];
  onAbsent(stored: Value[]): void;
  /** Receives the library's row, which an invalid row of the sheet leaves as it is. */
  onInvalid(stored: Value[]): void;
};

function compareTab({ checked, library, plan, addRow, onStored }: Comparing, kind: Kind, rules: Rules) {
  const { tab, rows, doubtful } = checked[kind];
  const { added, changed } = plan.tabs[kind];
  const isStored = new Uint8Array(rows.size);
  const isSound = (index: number) => rules.areSound && !doubtful.has(index);
  const absent: string[] = [];
  // Most libraries have the order of their sheet, in which a row is found without its key.
  let next = 0;
  for (const stored of library[kind].compared()) {
    onStored();
    const isNext = rows.equals(next, stored);
    const index = isNext ? next : rows.indexOf(String(stored[0]));
    if (index === undefined) {
      rules.onAbsent(stored);
      absent.push(String(stored[0]));
      continue;
    }
    isStored[index] = 1;
    next = index + 1;
    if (isSound(index) && (isNext || rows.equals(index, stored))) plan.unchanged++;
    else compareRow(index, stored);
  }
  for (let index = 0; index < rows.size; index++) {
    if (isStored[index] === 1) continue;
    if (!isSound(index) && !accept(rows.at(index), { isUnchanged: false, isNew: true })) continue;
    added.push(index);
    addRow('added', () => addedRow(tab, rows.at(index)));
  }
  plan.warnings.push(...findLookAlikesInLibrary(tab, addedKeys(checked[kind], added), absent));

  function compareRow(index: number, stored: Value[]) {
    const row = rows.at(index);
    const fields = changedColumns(row.values, stored);
    if (!accept(row, { isUnchanged: fields.length === 0, isNew: false })) rules.onInvalid(stored);
    else if (fields.length === 0) plan.unchanged++;
    else {
      changed.push(changeOf(kind, index, fields));
      const differences = fields.map((at) => differenceAt(at, stored[at] ?? null, row.values[at] ?? null));
      addRow('changed', () => changedRow(tab, row, differences));
      plan.hiddenChanges.push(...hiddenProblem(tab, row, differences));
    }
  }

  /** Notes the row's problems, or else its warnings; returns whether it has no problems. */
  function accept(row: SheetRow, { isUnchanged, isNew }: { isUnchanged: boolean; isNew: boolean }): boolean {
    const problems = rules.judge(row, isUnchanged);
    if (problems.length === 0) {
      plan.warnings.push(...warnOfTimes(tab, row, isNew));
      return true;
    }
    plan.invalid++;
    plan.rowProblems.push(...problems);
    return false;
  }
}

/** The keys of rows that are added, which are in the order of the sheet, with the numbers of the rows. */
export function* addedKeys({ rows }: CheckedTab, added: number[]): Generator<[key: string, row: number]> {
  let next = 0;
  for (const [key, index] of rows.entries()) {
    if (index !== added[next]) continue;
    yield [key, rows.rowAt(index)];
    next++;
  }
}

/** A row for a change that a person cannot see in any of its fields. */
function hiddenProblem(tab: Tab, { row }: SheetRow, differences: Difference[]): Problem[] {
  const change = hiddenChange(differences);
  if (change === null) return [];
  const columns = differences.map(({ at }) => tab.required[at] ?? '').join(', ');
  return [rowProblem(tab.name, row, columns, null, change)];
}

function changeOf(kind: Kind, index: number, fields: number[]): Change {
  const { compared, embedded } = shapes[kind];
  const names = fields.map((at) => compared[at] ?? '');
  return {
    index,
    isTextChanged: names.some((name) => embedded.includes(name)),
    isRenamed: kind === 'category' && names.includes('name'),
  };
}

const none: number[] = [];

/** Indexes of the columns that differ; an empty cell equals a missing value. */
export function changedColumns(values: Value[], stored: Value[]): number[] {
  let fields = none;
  for (let at = 0; at < values.length; at++) {
    if (values[at] === stored[at] || (values[at] ?? '') === (stored[at] ?? '')) continue;
    if (fields === none) fields = [];
    fields.push(at);
  }
  return fields;
}
