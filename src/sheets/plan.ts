// The plan of an import: what it would add, change and remove, and which problems only the library shows. Writes nothing.
import { AppError } from '../core/errors.ts';
import type { OnProgress } from '../core/progress.ts';
import type { Counts, Library } from '../library/repository.ts';
import type { Kind } from '../library/rules.ts';
import type { CheckedSheet } from './checks.ts';
import { compareSheet, type Differences, type Mode } from './compare.ts';
import type { PlanWriter } from '../plan-store/plan-repository.ts';
import { problemRow } from './plan-rows.ts';
import { collectPreview, type Preview } from './preview.ts';
import { inOrder, maxShown, type Problem } from './problems.ts';

/** `revision`: the library's, when it was compared. `before` and `after`: its rows. `counts`: rows of the sheet. */
export type ImportPlan = Differences & {
  preview: Preview;
  revision: number;
  before: Counts;
  after: Counts;
  counts: Record<'added' | 'changed' | 'unchanged' | 'removed' | 'invalid', number>;
};

type PlanRequest = {
  checked: CheckedSheet;
  library: Library;
  mode: Mode;
  /** Receives every row of the plan, and is finished; null: only the preview is kept. */
  store: PlanWriter | null;
  /** Receives the library's rows that were compared so far, and their total. */
  onCompared: OnProgress;
};

/** Compares the sheet with one state of the library. */
export function planImport({ checked, library, mode, store, onCompared }: PlanRequest) {
  return library.read((): ImportPlan => {
    const plan = noDifferences(checked);
    const { preview, addRow } = collectPreview(store);
    const before = library.counts();
    const revision = library.revision();
    const total = countRows(before);
    let rows = 0;
    onCompared(rows, total);
    const onStored = () => onCompared(++rows, total);
    compareSheet({ checked: checked.tabs, library, mode, plan, addRow, onStored });
    plan.rowProblems = inOrder(plan.rowProblems);
    plan.warnings = inOrder(plan.warnings);
    preview.invalid = plan.rowProblems.slice(0, maxShown);
    preview.warnings = plan.warnings.slice(0, maxShown);
    if (store) {
      addProblems(store, checked, plan);
      store.finish({ revision, before, categories: library.entriesByCategory() });
    }
    return { ...plan, preview, revision, before, ...sums(plan, before) };
  });
}

/** Stores the rows with problems alone, which an import has left out. */
export function storeProblems(store: PlanWriter, checked: CheckedSheet, plan: ImportPlan) {
  addProblems(store, checked, plan);
  store.finish({ revision: plan.revision, before: plan.before, categories: {} });
}

function addProblems(store: PlanWriter, { tabs }: CheckedSheet, { rowProblems, warnings }: Differences) {
  const keys = new Map<string, Map<number, string>>();
  for (const { tab, rows, leftOut } of Object.values(tabs)) {
    const named = [...rowProblems, ...warnings].flatMap((problem) =>
      problem.tab === tab.name ? [problem.row] : [],
    );
    const wanted = new Set(named);
    const keyOf = new Map<number, string>();
    keys.set(tab.name, keyOf);
    if (wanted.size === 0) continue;
    for (const [key, row] of leftOut) if (wanted.has(row)) keyOf.set(row, key);
    for (const [key, index] of rows.entries())
      if (wanted.has(rows.rowAt(index))) keyOf.set(rows.rowAt(index), key);
  }
  const keyOf = ({ tab, row }: Problem) => keys.get(tab)?.get(row ?? 0) ?? '';
  for (const problem of rowProblems) store.add(problemRow('wrong', problem, keyOf(problem)));
  for (const warning of warnings) store.add(problemRow('warning', warning, keyOf(warning)));
}

/** How many changed rows have each label, such as `only line endings`. */
export function countHiddenChanges({ hiddenChanges }: ImportPlan): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { message } of hiddenChanges) counts[message] = (counts[message] ?? 0) + 1;
  return counts;
}

/** The rows of all three tabs. */
export function countRows({ categories, experiences, manuals }: Counts): number {
  return categories + experiences + manuals;
}

/** Tabs of a plan without changes yet. */
export function noChanges(): Differences['tabs'] {
  const none = () => ({ added: [], changed: [], removed: [] });
  return { category: none(), experience: none(), manual: none() };
}

/** The rows of the library after the changes. */
export function rowsAfter(before: Counts, tabs: Differences['tabs']): Counts {
  const growth = (kind: Kind) => tabs[kind].added.length - tabs[kind].removed.length;
  return {
    categories: before.categories + growth('category'),
    experiences: before.experiences + growth('experience'),
    manuals: before.manuals + growth('manual'),
  };
}

function noDifferences({ tabs, rowProblems, warnings }: CheckedSheet): Differences {
  return {
    tabs: noChanges(),
    unchanged: 0,
    invalid: Object.values(tabs).reduce((sum, { invalid }) => sum + invalid, 0),
    sheetProblems: [],
    rowProblems: [...rowProblems],
    warnings: [...warnings],
    hiddenChanges: [],
  };
}

function sums({ tabs, unchanged, invalid }: Differences, before: Counts) {
  const sum = (change: 'added' | 'changed' | 'removed') =>
    Object.values(tabs).reduce((total, tab) => total + tab[change].length, 0);
  return {
    counts: { added: sum('added'), changed: sum('changed'), unchanged, removed: sum('removed'), invalid },
    after: rowsAfter(before, tabs),
  };
}

const maxRemovedShare = 0.2;

/** Whether so many entries less are more likely a mistake: a sheet that is only a part of the library. */
export function isLargeRemoval(removed: number, entries: number): boolean {
  return removed > entries * maxRemovedShare;
}

/** The rows that a plan removes: their keys by kind, and how many rows the library has before. */
export type Removals = { tabs: Record<Kind, { removed: string[] }>; before: Counts };

/** Throws `bad_input` with the code `too_many_removed` when the plan removes more than a fifth of the entries. `advice`: a
 *  sentence on what else to do. */
export function refuseLargeRemoval({ tabs, before }: Removals, advice = '') {
  const removed = tabs.experience.removed.length + tabs.manual.removed.length;
  const entries = before.experiences + before.manuals;
  if (!isLargeRemoval(removed, entries)) return;
  const percent = Math.round((100 * removed) / entries);
  const found = `This would remove ${removed} of ${entries} entries (${percent}%); nothing was written.`;
  const rule = 'To remove more than 20%, apply the plan of a dry run or set allow_removals.';
  throw new AppError('bad_input', `${found} ${rule} ${advice}`.trimEnd(), {
    code: 'too_many_removed',
    problems: [],
    total: 0,
    removed,
    entries,
    next: 'Make a plan to see which entries would be removed, and apply it if that is right.',
  });
}
