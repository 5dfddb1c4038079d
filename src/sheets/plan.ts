// Compares a checked sheet with the library: what an import would add, change and remove, and what only the
// library can tell is wrong. It writes nothing.
import { AppError } from '../core/errors.ts';
import type { Counts, Library } from '../library/repository.ts';
import { cut, entryKinds, type Kind, kinds, shapes, syncStatuses, type Value } from '../library/rules.ts';
import type { CheckedSheet, CheckedTab, SheetRow } from './checks.ts';
import { type Change, changeOf, type Comparison, compareTab } from './compare.ts';
import { emptyPreview, type Preview, showAdded, showChanged, showRemoved } from './preview.ts';
import { inOrder, mostShown, type Problem, rowProblem, type SheetProblem } from './problems.ts';

export type Mode = 'replace' | 'merge';
type TabPlan = { added: SheetRow[]; changed: Change[]; removed: string[] };
type RowCounts = {
  added: number;
  changed: number;
  unchanged: number;
  removed: number;
  invalid: number;
};
export type ImportPlan = {
  /** Of the library that it was compared with. */
  revision: number;
  tabs: Record<Kind, TabPlan>;
  counts: RowCounts;
  before: Counts;
  after: Counts;
  preview: Preview;
  sheetProblems: SheetProblem[];
  rowProblems: Problem[];
};

type Comparing = {
  checked: Record<Kind, CheckedTab>;
  library: Library;
  mode: Mode;
  plan: ImportPlan;
  onStored: () => void;
};

/** `onCompared` is told how many rows of the library are done, and of how many. */
export function planImport(
  checked: CheckedSheet,
  library: Library,
  mode: Mode,
  onCompared: (rows: number, total: number) => void,
): ImportPlan {
  return library.read(() => {
    const plan = emptyPlan(library, checked);
    const total = countRows(plan.before);
    let rows = 0;
    onCompared(rows, total);
    const onStored = () => onCompared(++rows, total);
    const comparing = { checked: checked.tabs, library, mode, plan, onStored };
    const absent = compareCategories(comparing);
    const needed = compareEntries(comparing, absent);
    removeCategories(comparing, absent, needed);
    plan.rowProblems = inOrder(plan.rowProblems);
    plan.preview.invalid = plan.rowProblems.slice(0, mostShown);
    return { ...plan, ...sums(plan) };
  });
}

/** Rows of all three tabs. */
export function countRows({ categories, experiences, manuals }: Counts): number {
  return categories + experiences + manuals;
}

/** Throws `too_many_removed` when a replace would lose more than a fifth of the entries. */
export function refuseRemovals({ tabs, before }: ImportPlan) {
  const removed = tabs.experience.removed.length + tabs.manual.removed.length;
  const entries = before.experiences + before.manuals;
  if (removed <= entries * mostRemoved) return;
  const percent = Math.round((100 * removed) / entries);
  const found = `This would remove ${removed} of ${entries} entries (${percent} %); nothing was written.`;
  const rule = 'An import that removes more than 20 % starts from its plan, or with allow_removals.';
  const advice = 'If the sheet is only a part of the library, use the mode merge.';
  throw new AppError('bad_input', `${found} ${rule} ${advice}`, {
    code: 'too_many_removed',
    problems: [],
    total: 0,
    removed,
    entries,
  });
}

const mostRemoved = 0.2;

function emptyPlan(library: Library, checked: CheckedSheet): ImportPlan {
  const none = (): TabPlan => ({ added: [], changed: [], removed: [] });
  const before = library.counts();
  return {
    revision: library.revision(),
    tabs: { category: none(), experience: none(), manual: none() },
    counts: {
      added: 0,
      changed: 0,
      unchanged: 0,
      removed: 0,
      invalid: sum(kinds, (kind) => checked.tabs[kind].invalid),
    },
    before,
    after: before,
    preview: emptyPreview(),
    sheetProblems: [],
    rowProblems: [...checked.rowProblems],
  };
}

/** Gives the rows that only the library has, by code. */
function compareCategories(comparing: Comparing): Map<Value, Value[]> {
  const absent = new Map<Value, Value[]>();
  compareKind(comparing, 'category', {
    judge: () => [],
    onAbsent: (stored) => absent.set(stored[0] ?? null, stored),
    onInvalid: () => {},
  });
  return absent;
}

/** Gives the categories of entries that stay although the sheet does not have them. */
function compareEntries(comparing: Comparing, absent: Map<Value, Value[]>): Set<Value> {
  const { checked, mode, plan } = comparing;
  const needed = new Set<Value>();
  const known = knownCategories(comparing, absent);
  for (const kind of entryKinds) {
    const { tab, leftOut } = checked[kind];
    const statusAt = shapes[kind].compared.indexOf('sync_status');
    const stay = (stored: Value[]) => needed.add(stored[1] ?? null);
    compareKind(comparing, kind, {
      judge: (row, isUnchanged) => [
        ...unknownCategory(comparing, kind, row, known),
        ...(isUnchanged ? [] : missingContext(checked[kind], row)),
      ],
      onInvalid: stay,
      onAbsent(stored) {
        const isLocal = stored[statusAt] === syncStatuses.local_only;
        if (mode === 'merge' || isLocal || leftOut.has(String(stored[0]))) return stay(stored);
        plan.tabs[kind].removed.push(String(stored[0]));
        showRemoved(plan.preview, tab, stored);
      },
    });
  }
  return needed;
}

/** Of the categories that only the library has: removes those that nothing needs; the names of the others
 *  are taken. */
function removeCategories(comparing: Comparing, absent: Map<Value, Value[]>, needed: Set<Value>) {
  const { checked, mode, plan } = comparing;
  const { tab, leftOut, rows } = checked.category;
  const taken = new Map<Value, Value>();
  for (const [code, stored] of absent) {
    if (mode === 'merge' || needed.has(code) || leftOut.has(String(code))) {
      taken.set(stored[1] ?? null, code);
      continue;
    }
    plan.tabs.category.removed.push(String(code));
    showRemoved(plan.preview, tab, stored);
  }
  for (const { row, values } of rows.values()) {
    const [, name = null] = values;
    if (!taken.has(name)) continue;
    const message = `“${name}” is the name of category ${taken.get(name)}, which stays in the library. Rename one of them.`;
    plan.sheetProblems.push({
      code: 'name_taken',
      problem: rowProblem(tab.name, row, 'name', String(name), message),
    });
  }
}

function compareKind(
  { checked, library, plan, onStored }: Comparing,
  kind: Kind,
  rules: {
    judge: Comparison['judge'];
    onAbsent: Comparison['onAbsent'];
    /** An invalid row changes nothing, so what the library has of it stays. */
    onInvalid: (stored: Value[]) => void;
  },
) {
  const { tab } = checked[kind];
  compareTab(checked[kind], library[kind], {
    ...rules,
    onStored,
    onAdded(row) {
      plan.tabs[kind].added.push(row);
      showAdded(plan.preview, tab, row);
    },
    onChanged(row, stored, fields) {
      plan.tabs[kind].changed.push(changeOf(kind, row, fields));
      showChanged(plan.preview, tab, row, stored, fields);
    },
    onUnchanged() {
      plan.counts.unchanged++;
    },
    onInvalid(problems, stored) {
      plan.counts.invalid++;
      plan.rowProblems.push(...problems);
      if (stored) rules.onInvalid(stored);
    },
  });
}

function knownCategories({ checked, mode }: Comparing, absent: Map<Value, Value[]>): Set<Value> {
  const { rows, leftOut } = checked.category;
  const staying = [...absent.keys()].filter((code) => mode === 'merge' || leftOut.has(String(code)));
  return new Set<Value>([...rows.keys(), ...staying]);
}

function unknownCategory(
  { checked, mode }: Comparing,
  kind: Kind,
  row: SheetRow,
  known: Set<Value>,
): Problem[] {
  const [, code = null] = row.values;
  if (known.has(code)) return [];
  const shown = `“${cut(String(code), 60)}”`;
  const where =
    mode === 'merge' ? 'neither in the Categories tab nor in the library' : 'not in the Categories tab';
  const message = `The category ${shown} is ${where}. Add it there, or correct the code.`;
  return [rowProblem(checked[kind].tab.name, row.row, 'category_code', String(code), message)];
}

function missingContext({ tab }: CheckedTab, { row, values }: SheetRow): Problem[] {
  const { compared } = shapes[tab.kind];
  if (values[compared.indexOf('section')] !== 'contextual') return [];
  if (values[compared.indexOf('context')] !== null) return [];
  const message =
    'A contextual entry needs a context. Fill in this cell, or make its section useful or harmful.';
  return [rowProblem(tab.name, row, 'context', '', message)];
}

function sums({ tabs, counts, before }: ImportPlan): Pick<ImportPlan, 'counts' | 'after'> {
  const grown = (kind: Kind) => tabs[kind].added.length - tabs[kind].removed.length;
  return {
    counts: {
      ...counts,
      added: sum(kinds, (kind) => tabs[kind].added.length),
      changed: sum(kinds, (kind) => tabs[kind].changed.length),
      removed: sum(kinds, (kind) => tabs[kind].removed.length),
    },
    after: {
      categories: before.categories + grown('category'),
      experiences: before.experiences + grown('experience'),
      manuals: before.manuals + grown('manual'),
    },
  };
}

function sum<T>(items: readonly T[], amount: (item: T) => number): number {
  return items.reduce((total, item) => total + amount(item), 0);
}
