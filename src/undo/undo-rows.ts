// The rows of an undo's plan, for its preview and its store.
import type { Value } from '../library/rules.ts';
import { changedColumns } from '../sheets/compare.ts';
import type { PlanRow, PlanWriter } from '../plan-store/plan-repository.ts';
import { addedRow, changedRow, differenceAt, leftAloneRow, removedRow } from '../sheets/plan-rows.ts';
import { collectPreview, type Preview } from '../sheets/preview.ts';
import { type Tab, tabOf } from '../sheets/tabs.ts';
import type { LeftAlone, Step } from './step.ts';
import type { FoundRow, UndoRepository } from './undo-repository.ts';

export type UndoPreview = Preview & Required<Pick<Preview, 'left_alone'>>;

type Rows = { steps: Step[]; leftAlone: LeftAlone[] };

/** Passes every row to the store, if there is one, and returns the first ones. */
export function showRows(
  { steps, leftAlone }: Rows,
  undo: UndoRepository,
  store: PlanWriter | null,
): UndoPreview {
  const { preview, addRow } = collectPreview(store);
  for (const { kind, key, action } of steps) {
    const outcome = ({ insert: 'added', update: 'changed', delete: 'removed' } as const)[action];
    addRow(outcome, () => rowOf(tabOf(kind), undo[kind].find(key)));
  }
  for (const { kind, key, why } of leftAlone) {
    addRow('left_alone', () => leftRow(tabOf(kind), undo[kind].find(key), why));
  }
  return { left_alone: [], ...preview };
}

function rowOf(tab: Tab, { now, old }: FoundRow): PlanRow {
  if (old === null) return removedRow(tab, now ?? []);
  return now === null
    ? addedRow(tab, { row: null, values: old })
    : changedRow(tab, { row: null, values: old }, differencesOf(now, old));
}

function leftRow(tab: Tab, { key, now, old }: FoundRow, why: string): PlanRow {
  const values = now ?? old ?? [key];
  return leftAloneRow(tab, values, now && old ? differencesOf(now, old) : [], why);
}

function differencesOf(now: Value[], old: Value[]) {
  return changedColumns(now, old).map((at) => differenceAt(at, now[at] ?? null, old[at] ?? null));
}
