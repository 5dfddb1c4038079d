// Checks a whole sheet by the rules of the library. What depends on the library's rows is checked in compare.ts.
import type { Kind } from '../library/rules.ts';
import { type CheckedTab, checkRows } from './check-rows.ts';
import { isBlank } from './csv.ts';
import type { SheetContent } from './tab-readings.ts';
import { readHeader } from './header.ts';
import { findLookAlikes } from './look-alikes.ts';
import { type Problem, quote, rowProblem, type SheetProblem } from './problems.ts';
import type { TabContent } from './tabs.ts';

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

/** Checks the headers alone, for a sheet that is not imported yet. */
export function checkHeaders(sheet: SheetContent): Pick<Checked, 'sheetProblems' | 'warnings'> & {
  contents: TabContent[];
} {
  const found = { sheetProblems: [...sheet.problems], warnings: [...sheet.warnings] };
  const contents = sheet.contents.flatMap((content) => checkHeader(content, found) ?? []);
  return { ...found, contents };
}

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
    const named = checkHeader(content, checked);
    if (named) {
      const rows = checkRows(named, checked.rowProblems, (done) => onChecked(before + done));
      checked.tabs[content.tab.kind] = rows;
      checked.warnings.push(...lookAlikes(rows), ...shortenedIds(rows));
    }
    before += content.records.length;
  }
  return checked;
}

function lookAlikes({ tab, rows }: CheckedTab): Problem[] {
  const columns = tab.kind === 'category' ? [0, 1] : [0];
  return columns.flatMap((at) => {
    const names = [...rows.values()].map(({ values, row }): [string, number] => [String(values[at]), row]);
    return findLookAlikes(tab, tab.required[at] ?? '', names);
  });
}

/** Spreadsheet programs take a long number for one to calculate with, and save its first digits. */
const shortened = /^\d([.,]\d+)?E[+-]\d\d$/i;

function shortenedIds({ tab, rows }: CheckedTab): Problem[] {
  return [...rows].flatMap(([key, { row }]) => {
    if (!shortened.test(key)) return [];
    const message = `${quote(key)} is a number as spreadsheet programs shorten long ids. Format the column as text, and enter the id again.`;
    return [rowProblem(tab.name, row, tab.required[0] ?? null, key, message)];
  });
}

export function isComparable(checked: Checked): checked is CheckedSheet {
  return checked.sheetProblems.length === 0;
}

/** Adds what is wrong to the findings. Returns the content with its columns named; null if its rows cannot be checked. */
function checkHeader(
  content: TabContent,
  { sheetProblems, warnings }: Pick<Checked, 'sheetProblems' | 'warnings'>,
): TabContent | null {
  const { tab } = content;
  const isWhole = !sheetProblems.some(({ problem }) => problem.tab === tab.name);
  const { names, records, ...found } = readHeader(content);
  sheetProblems.push(...found.problems);
  if (found.problems.length > 0) return null;
  warnings.push(...found.warnings);
  if (tab.kind === 'category' && isWhole && records.every(isBlank)) {
    const message = 'The tab has no rows. Every entry needs a category, so this cannot be the whole sheet.';
    const problem = rowProblem(tab.name, null, null, null, message);
    sheetProblems.push({ code: 'empty_tab', problem });
  }
  return { ...content, header: names, records };
}
