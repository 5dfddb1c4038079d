// The rows of an undo's plan, for its preview and its store.
import type { Value } from '../library/rules.ts';
import { changedColumns } from '../sheets/compare.ts';
import type { PlanRow, PlanWriter } from '../plan-store/plan-repository.ts';
import { addedRow, changedRow, differenceAt, leftAloneRow, removedRow } from '../sheets/plan-rows.ts';
import { collectPreview, type Preview } from '../sheets/preview.ts';
import { maxShown } from '../sheets/problems.ts';
import { tabs, type Tab } from '../sheets/tabs.ts';
import type { LeftAlone, Step } from './step.ts';
import type { RecordedRow, UndoRepository } from './undo-repository.ts';

export type UndoPreview = Preview & {
  left_alone: { tab: string; id: string; title: string; message: string }[];
};

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
  const left: UndoPreview['left_alone'] = [];
  for (const { kind, key, why } of leftAlone) {
    if (left.length === maxShown && store === null) break;
    const row = leftRow(tabOf(kind), undo[kind].find(key), why);
    store?.add(row);
    if (left.length < maxShown) left.push({ tab: row.tab, id: key, title: row.title, message: why });
  }
  return { ...preview, left_alone: left };
}

export function tabOf(kind: Tab['kind']): Tab {
  return tabs.find((tab) => tab.kind === kind) as Tab;
}

function rowOf(tab: Tab, { now, old }: RecordedRow): PlanRow {
  if (old === null) return removedRow(tab, now ?? []);
  return now === null
    ? addedRow(tab, { row: null, values: old })
    : changedRow(tab, { row: null, values: old }, differencesOf(now, old));
}

function leftRow(tab: Tab, { key, now, old }: RecordedRow, why: string): PlanRow {
  const values = now ?? old ?? [key];
  return leftAloneRow(tab, values, now && old ? differencesOf(now, old) : [], why);
}

function differencesOf(now: Value[], old: Value[]) {
  return changedColumns(now, old).map((at) => differenceAt(at, now[at] ?? null, old[at] ?? null));
}
