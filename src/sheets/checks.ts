// Checks a whole sheet by the rules of the library. What depends on the library's rows is checked in compare-sheet.ts.
import type { Kind } from '../library/rules.ts';
import { checkHeader } from './check-header.ts';
import { type CheckedTab, checkRows } from './check-rows.ts';
import type { SheetContent } from './folder.ts';
import type { Problem, SheetProblem } from './problems.ts';
import type { Tab } from './tabs.ts';

type Checked = {
  tabs: Partial<Record<Kind, CheckedTab>>;
  /** Each of these stops an import. */
  sheetProblems: SheetProblem[];
  rowProblems: Problem[];
  /** Columns that an import ignores. */
  warnings: { tab: Tab; message: string }[];
};

/** A sheet that has all three tabs and no problem as a whole. */
export type CheckedSheet = Checked & { tabs: Record<Kind, CheckedTab> };

/** Returns the sheet's rows with all their problems. `onChecked` receives the rows checked so far. */
export function checkSheet(sheet: SheetContent, onChecked: (rows: number) => void): Checked {
  const checked: Checked = { tabs: {}, sheetProblems: [...sheet.problems], rowProblems: [], warnings: [] };
  let before = 0;
  for (const content of sheet.contents) {
    if (checkHeader(content, checked)) {
      checked.tabs[content.tab.kind] = checkRows(content, checked.rowProblems, (rows) =>
        onChecked(before + rows),
      );
    }
    before += content.records.length;
  }
  return checked;
}

export function isComparable(checked: Checked): checked is CheckedSheet {
  return checked.sheetProblems.length === 0;
}
