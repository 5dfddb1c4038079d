// Plans an undo or a restore: which rows of the library get back the values that the backup has, and which are left alone,
// for a reason of their own or because others depend on them. Writes nothing.
import { plural } from '../core/format.ts';
import type { OnProgress } from '../core/progress.ts';
import type { Counts, Library } from '../library/repository.ts';
import { kinds, type Value } from '../library/rules.ts';
import { changedColumns } from '../sheets/compare.ts';
import type { PlanWriter } from '../plan-store/plan-repository.ts';
import type { Candidates } from './candidates.ts';
import { type LeftAlone, type Step, stepOf } from './step.ts';
import type { UndoRepository } from './undo-repository.ts';
import { showRows, type UndoPreview } from './undo-rows.ts';

/** `revision`: the library's, when it was compared. `before` and `after`: its rows. */
export type UndoPlan = {
  revision: number;
  before: Counts;
  after: Counts;
  steps: Step[];
  leftAlone: LeftAlone[];
  /** Rows that are as they were, among those that were compared. */
  unchanged: number;
  preview: UndoPreview;
};

type Request = {
  undo: UndoRepository;
  library: Library;
  /** Lists the rows to judge, in the state of the library that the plan is for. */
  findCandidates: () => Candidates;
  /** Candidates with a reason to be left alone get back their old values, too. */
  allowChanged: boolean;
  /** Receives every row of the plan, and is finished; null: only the preview is kept. */
  store: PlanWriter | null;
  /** Receives the candidates that were judged so far, and their total. */
  onCompared: OnProgress;
};

/** Compares one state of the library with the backup. */
export function planUndo(request: Request): UndoPlan {
  const { undo, library, findCandidates, allowChanged, store, onCompared } = request;
  return library.read(() => {
    const [revision, before, after] = [library.revision(), library.counts(), library.counts()];
    const { size: total, alike, of } = findCandidates();
    const plan: Judged = { steps: [], leftAlone: [], unchanged: alike };
    let rows = 0;
    onCompared(rows, total);
    for (const kind of kinds) {
      for (const row of of(kind)) {
        onCompared(++rows, total);
        const isBack = row.now === null ? row.old === null : isSame(row.now, row.old);
        const why = isBack || allowChanged ? null : row.why;
        if (isBack) plan.unchanged++;
        else if (why === null) plan.steps.push(stepOf(kind, row));
        else plan.leftAlone.push({ kind, key: row.key, why });
      }
    }
    const sizes = library.entriesByCategory();
    leaveDependent(plan, undo.categoryNames(), sizes);
    for (const { kind, action } of plan.steps)
      after[countNames[kind]] += { insert: 1, update: 0, delete: -1 }[action];
    const preview = showRows(plan, undo, store);
    store?.finish({ revision, before, categories: sizes });
    return { ...plan, revision, before, after, preview };
  });
}

type Judged = Pick<UndoPlan, 'steps' | 'leftAlone' | 'unchanged'>;

const countNames = { category: 'categories', experience: 'experiences', manual: 'manuals' } as const;

function isSame(now: Value[], old: Value[] | null): boolean {
  return old !== null && changedColumns(now, old).length === 0;
}

/** Takes out the steps that the rest of the library does not allow. A step that is taken out may be what another needs, so
 *  the steps are judged until all that are left can be done. */
function leaveDependent(plan: Judged, names: Map<string, string>, sizes: Record<string, number>) {
  for (;;) {
    const why = createJudge(plan.steps, new Map(names), new Map(Object.entries(sizes)));
    const blocked = plan.steps.flatMap((step) => {
      const reason = why(step);
      return reason === null ? [] : [{ step, reason }];
    });
    if (blocked.length === 0) return;
    const left = new Set(blocked.map(({ step }) => step));
    plan.steps = plan.steps.filter((step) => !left.has(step));
    plan.leftAlone.push(...blocked.map(({ step: { kind, key }, reason }) => ({ kind, key, why: reason })));
  }
}

/** `names` and `sizes`: of the library's categories, by code; they become those after all steps. Returns why a step cannot be
 *  done then; null if it can. */
function createJudge(steps: Step[], names: Map<string, string>, sizes: Map<string, number>) {
  const grow = (code: string | null, by: number) =>
    code !== null && sizes.set(code, (sizes.get(code) ?? 0) + by);
  for (const { kind, key, now, old } of steps) {
    if (kind !== 'category') {
      grow(now, -1);
      grow(old, 1);
    } else if (old === null) names.delete(key);
    else names.set(key, old);
  }
  const codes = new Map<string, string[]>();
  for (const [code, name] of names) codes.set(name, [...(codes.get(name) ?? []), code]);

  return ({ kind, key, action, old }: Step): string | null => {
    if (kind !== 'category') {
      if (old === null || names.has(old)) return null;
      return `Its category ${old} is no longer in the library. Add the category, then plan again.`;
    }
    const entries = sizes.get(key) ?? 0;
    if (action === 'delete') {
      return entries === 0 ? null : `It has ${plural(entries, 'entry that stays', 'entries that stay')}.`;
    }
    const other = codes.get(old ?? '')?.find((code) => code !== key);
    if (other === undefined) return null;
    return `Its name “${old}” is now that of category ${other}. Rename that one, then plan again.`;
  };
}
