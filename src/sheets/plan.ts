// The plan of an import: what it would add, change and remove, and which problems only the library shows. Writes nothing.
import { AppError } from '../core/errors.ts';
import type { OnProgress } from '../core/progress.ts';
import type { Counts, Library } from '../library/repository.ts';
import type { Kind } from '../library/rules.ts';
import type { CheckedSheet } from './checks.ts';
import { compareSheet, type Differences, type Mode } from './compare.ts';
import { inOrder, maxShown } from './problems.ts';

/** `revision`: the library's, when it was compared. `before` and `after`: its rows. `counts`: rows of the sheet. */
export type ImportPlan = Differences & {
  revision: number;
  before: Counts;
  after: Counts;
  counts: Record<'added' | 'changed' | 'unchanged' | 'removed' | 'invalid', number>;
};

/** Compares the sheet with one state of the library. `onCompared` receives its rows so far, and their total. */
export function planImport(checked: CheckedSheet, library: Library, mode: Mode, onCompared: OnProgress) {
  return library.read((): ImportPlan => {
    const plan = noDifferences(checked);
    const before = library.counts();
    const total = countRows(before);
    let rows = 0;
    onCompared(rows, total);
    const onStored = () => onCompared(++rows, total);
    compareSheet({ checked: checked.tabs, library, mode, plan, onStored });
    plan.rowProblems = inOrder(plan.rowProblems);
    plan.warnings = inOrder(plan.warnings);
    plan.preview.invalid = plan.rowProblems.slice(0, maxShown);
    plan.preview.warnings = plan.warnings.slice(0, maxShown);
    return { ...plan, revision: library.revision(), before, ...sums(plan, before) };
  });
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

function noDifferences({ tabs, rowProblems, warnings }: CheckedSheet): Differences {
  const none = () => ({ added: [], changed: [], removed: [] });
  return {
    tabs: { category: none(), experience: none(), manual: none() },
    unchanged: 0,
    invalid: Object.values(tabs).reduce((sum, { invalid }) => sum + invalid, 0),
    preview: { added: [], changed: [], removed: [], invalid: [], warnings: [] },
    sheetProblems: [],
    rowProblems: [...rowProblems],
    warnings: [...warnings],
    hiddenChanges: [],
  };
}

function sums({ tabs, unchanged, invalid }: Differences, before: Counts) {
  const sum = (change: 'added' | 'changed' | 'removed') =>
    Object.values(tabs).reduce((total, tab) => total + tab[change].length, 0);
  const growth = (kind: Kind) => tabs[kind].added.length - tabs[kind].removed.length;
  return {
    counts: { added: sum('added'), changed: sum('changed'), unchanged, removed: sum('removed'), invalid },
    after: {
      categories: before.categories + growth('category'),
      experiences: before.experiences + growth('experience'),
      manuals: before.manuals + growth('manual'),
    },
  };
}

const maxRemovedShare = 0.2;

/** Throws `bad_input` with the code `too_many_removed` when the plan removes more than a fifth of the entries. */
export function refuseLargeRemoval({ tabs, before }: ImportPlan) {
  const removed = tabs.experience.removed.length + tabs.manual.removed.length;
  const entries = before.experiences + before.manuals;
  if (removed <= entries * maxRemovedShare) return;
  const percent = Math.round((100 * removed) / entries);
  const found = `This would remove ${removed} of ${entries} entries (${percent}%); nothing was written.`;
  const rule = 'To remove more than 20%, apply the plan of a dry run or set allow_removals.';
  const advice = 'If the sheet is only a part of the library, use the mode merge.';
  throw new AppError('bad_input', `${found} ${rule} ${advice}`, {
    code: 'too_many_removed',
    problems: [],
    total: 0,
    removed,
    entries,
  });
}
