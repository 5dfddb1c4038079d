// The preview of a plan: its first rows and problems, with texts cut to fit one message of the script protocol.
import { cut } from '../library/rules.ts';
import { cutTexts } from '../plan-store/cut-texts.ts';
import type { FieldChange, PlanRow, PlanWriter } from '../plan-store/plan-repository.ts';
import { maxShown, maxShownLength, type Problem } from './problems.ts';

/** `row`: the spreadsheet's number, of a row that comes from a sheet. */
type ShownRow = { tab: string; row?: number; id: string; title: string };
export type Preview = {
  added: ShownRow[];
  changed: (ShownRow & { fields: FieldChange[] })[];
  removed: Omit<ShownRow, 'row'>[];
  invalid: Problem[];
  warnings: Problem[];
  /** Absent in a plan that leaves no row alone. */
  left_alone?: (Omit<ShownRow, 'row'> & { message: string })[];
};

type ShownOutcome = 'added' | 'changed' | 'removed' | 'left_alone';

/** Receives the rows of a plan as they are found; one that nobody needs is not built. */
export type AddRow = (outcome: ShownOutcome, build: () => PlanRow) => void;

/** Collects the preview, and passes every row on to `store`, if there is one. */
export function collectPreview(store: Pick<PlanWriter, 'add'> | null): { preview: Preview; addRow: AddRow } {
  const preview: Preview = { added: [], changed: [], removed: [], invalid: [], warnings: [] };
  return {
    preview,
    addRow(outcome, build) {
      const isShown = (preview[outcome]?.length ?? 0) < maxShown;
      if (!isShown && store === null) return;
      const row = build();
      store?.add(row);
      if (isShown) show(preview, row);
    },
  };
}

function show(preview: Preview, { outcome, tab, row, key, title, message, fields }: PlanRow) {
  const id = cut(key, maxShownLength);
  const shown = { tab, ...(row === null ? {} : { row }), id, title: cut(title, maxShownLength) };
  if (outcome === 'removed') preview.removed.push(shown);
  else if (outcome === 'added') preview.added.push(shown);
  else if (outcome === 'changed') preview.changed.push({ ...shown, fields: fields.map(cutField) });
  else preview.left_alone = [...(preview.left_alone ?? []), { ...shown, message: message ?? '' }];
}

function cutField({ from, to, ...field }: FieldChange): FieldChange {
  return { ...field, ...cutTexts({ from, to }, maxShownLength) };
}
