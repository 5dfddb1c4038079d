// The plan of an import: what it would add, change and remove, and which problems only the library shows. Writes nothing.
import { AppError } from '../core/errors.ts';
import type { Counts, Library } from '../library/repository.ts';
import { type Kind, kinds } from '../library/rules.ts';
import type { CheckedSheet } from './checks.ts';
import type { Differences, Mode } from './compare.ts';
import { compareSheet } from './compare-sheet.ts';
import { emptyPreview } from './preview.ts';
import { inOrder, maxShown } from './problems.ts';

/** `revision`: the library's, when it was compared. `before` and `after`: its rows. */
export type ImportPlan = Differences & { revision: number; before: Counts; after: Counts };

/** Compares the sheet with one state of the library. `onCompared` receives its rows so far, and their total. */
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
    compareSheet({ checked: checked.tabs, library, mode, plan, onStored });
    plan.rowProblems = inOrder(plan.rowProblems);
    plan.preview.invalid = plan.rowProblems.slice(0, maxShown);
    return { ...plan, ...sums(plan) };
  });
}

/** The rows of all three tabs. */
export function countRows({ categories, experiences, manuals }: Counts): number {
  return categories + experiences + manuals;
}

function emptyPlan(library: Library, checked: CheckedSheet): ImportPlan {
  const none = () => ({ added: [], changed: [], removed: [] });
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

function sums({ tabs, counts, before }: ImportPlan): Pick<ImportPlan, 'counts' | 'after'> {
  const growth = (kind: Kind) => tabs[kind].added.length - tabs[kind].removed.length;
  return {
    counts: {
      ...counts,
      added: sum(kinds, (kind) => tabs[kind].added.length),
      changed: sum(kinds, (kind) => tabs[kind].changed.length),
      removed: sum(kinds, (kind) => tabs[kind].removed.length),
    },
    after: {
      categories: before.categories + growth('category'),
      experiences: before.experiences + growth('experience'),
      manuals: before.manuals + growth('manual'),
    },
  };
}

function sum<T>(items: readonly T[], amount: (item: T) => number): number {
  return items.reduce((total, item) => total + amount(item), 0);
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
