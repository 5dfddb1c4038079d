// Checks a whole sheet by the rules of the library. What depends on the library's rows is checked in compare-sheet.ts.
import { cut, type Kind } from '../library/rules.ts';
import { type CheckedTab, checkRows } from './check-rows.ts';
import { isBlank } from './csv.ts';
import type { SheetContent, TabContent } from './folder.ts';
import { nearest } from './nearest.ts';
import { type Problem, rowProblem, type SheetProblem } from './problems.ts';

type Checked = {
  tabs: Partial<Record<Kind, CheckedTab>>;
  /** Each of these stops an import. */
  sheetProblems: SheetProblem[];
  rowProblems: Problem[];
  /** What a person should know, but what stops no import. */
  warnings: Problem[];
};

/** A sheet that has all three tabs and no problem as a whole. */
export type CheckedSheet = Checked & { tabs: Record<Kind, CheckedTab> };

/** Returns the sheet's rows with all their problems. `onChecked` receives the rows checked so far. */
export function checkSheet(sheet: SheetContent, onChecked: (rows: number) => void): Checked {
  const checked: Checked = {
    tabs: {},
    sheetProblems: [...sheet.problems],
    rowProblems: [],
    warnings: [...sheet.warnings],
  };
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

/** Adds what is wrong to the findings; returns whether the tab's rows can be checked. */
function checkHeader({ tab, header, records }: TabContent, { sheetProblems, warnings }: Checked): boolean {
  const report = (code: SheetProblem['code'], row: number | null, column: string | null, message: string) =>
    sheetProblems.push({ code, problem: rowProblem(tab.name, row, column, null, message) });
  const before = sheetProblems.length;
  const unknown = header.filter((name) => name !== '' && !tab.headers.includes(name));
  for (const name of tab.required) {
    if (!header.includes(name)) report('missing_header', 1, name, missingHeader(name, header, unknown));
  }
  for (const name of tab.headers) {
    if (header.indexOf(name) === header.lastIndexOf(name)) continue;
    const message = `The header “${name}” occurs twice. Remove or rename one of the columns.`;
    report('duplicate_header', 1, name, message);
  }
  if (sheetProblems.length > before) return false;
  if (unknown.length > 0) {
    const names = cut(unknown.join(', '), 200);
    warnings.push(rowProblem(tab.name, null, null, null, `Unknown columns were left out: ${names}.`));
  }
  const isWhole = !sheetProblems.some(({ problem }) => problem.tab === tab.name);
  if (tab.kind === 'category' && isWhole && records.every(isBlank)) {
    const message = 'The tab has no rows. Every entry needs a category, so this cannot be the whole sheet.';
    report('empty_tab', null, null, message);
  }
  return true;
}

function missingHeader(name: string, header: string[], unknown: string[]): string {
  const meant = nearest(name, unknown);
  if (meant) return `The header “${name}” is missing. Rename “${meant}” to “${name}”.`;
  const isEmpty = header.every((cell) => cell === '');
  const found = isEmpty ? 'The header row is empty' : `Found: ${cut(header.join(', '), 200)}`;
  return `The header “${name}” is missing. ${found}. Add a column “${name}”; its cells may be empty where the column allows it.`;
}
