// Checks a whole sheet by the rules of the library. What depends on the library's rows is checked in compare.ts.
import type { Records } from '../csv/csv-records.ts';
import type { Kind } from '../library/rules.ts';
import { type CheckedTab, checkRows } from './check-rows.ts';
import { isBlank } from './hidden.ts';
import type { SheetContent } from './tab-readings.ts';
import { readHeader, repeatsHeader } from './header.ts';
import { findLookAlikes } from './look-alikes.ts';
import { type Problem, quote, rowProblem, type SheetProblem } from './problems.ts';
import type { SheetRows } from './sheet-rows.ts';
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

/** `rows`: how many are neither blank nor the header again. */
type CountedTab = TabContent & { rows: number };

/** Checks the headers alone, for a sheet that is not imported yet. */
export function checkHeaders(sheet: SheetContent): Pick<Checked, 'sheetProblems' | 'warnings'> & {
  contents: CountedTab[];
} {
  const found = { sheetProblems: [...sheet.problems], warnings: [...sheet.warnings] };
  const contents = sheet.contents.flatMap((content) => {
    const checked = checkHeader(content, found);
    return checked ? [{ ...checked.content, rows: countFilled(checked, found.warnings) }] : [];
  });
  return { ...found, contents };
}

/** Warns of each row that is the header again. */
function countFilled({ content: { tab, records }, isRepeat }: CheckedHeader, warnings: Problem[]): number {
  let row = 1;
  let filled = 0;
  for (const cells of records) {
    row++;
    if (isBlank(cells)) continue;
    if (isRepeat(cells)) warnings.push(repeatsHeader(tab, row));
    else filled++;
  }
  return filled;
}

/** Returns the sheet's rows with all their problems. `onChecked` receives the rows checked so far. `scratch`: a folder for the
 *  rows of a large sheet. */
export function checkSheet(sheet: SheetContent, scratch: string, onChecked: (rows: number) => void): Checked {
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
      const onRows = (done: number) => onChecked(before + done);
      const options = { isRepeat: named.isRepeat, onChecked: onRows, scratch };
      const tab = checkRows(named.content, checked, options);
      checked.tabs[content.tab.kind] = tab;
      checked.warnings.push(...lookAlikes(tab), ...shortenedIds(tab));
    }
    before += content.records.length;
  }
  return checked;
}

function lookAlikes({ tab, rows }: CheckedTab): Problem[] {
  const [key = '', name = ''] = tab.required;
  const ofKeys = findLookAlikes(tab, key, () => keysOf(rows));
  if (tab.kind !== 'category') return ofKeys;
  return [...ofKeys, ...findLookAlikes(tab, name, () => namesOf(rows))];
}

function* keysOf(rows: SheetRows): Generator<[name: string, row: number]> {
  for (const [key, index] of rows.entries()) yield [key, rows.rowAt(index)];
}

function* namesOf(rows: SheetRows): Generator<[name: string, row: number]> {
  for (const { values, row } of rows) yield [String(values[1]), row];
}

/** Spreadsheet programs take a long number for one to calculate with, and save its first digits. */
const shortened = /^\d([.,]\d+)?E[+-]\d\d$/i;

function shortenedIds({ tab, rows }: CheckedTab): Problem[] {
  const problems: Problem[] = [];
  for (const [key, row] of keysOf(rows)) {
    if (!shortened.test(key)) continue;
    const message = `${quote(key)} is a number as spreadsheet programs shorten long ids. Format the column as text, and enter the id again.`;
    problems.push(rowProblem(tab.name, row, tab.required[0] ?? null, key, message));
  }
  return problems;
}

export function isComparable(checked: Checked): checked is CheckedSheet {
  return checked.sheetProblems.length === 0;
}

type CheckedHeader = { content: TabContent; isRepeat: (cells: string[]) => boolean };

/** Adds what is wrong to the findings. Returns the content with its columns named; null if its rows cannot be checked. */
function checkHeader(
  content: TabContent,
  { sheetProblems, warnings }: Pick<Checked, 'sheetProblems' | 'warnings'>,
): CheckedHeader | null {
  const { tab, records } = content;
  const isWhole = !sheetProblems.some(({ problem }) => problem.tab === tab.name);
  const { names, isRepeat, ...found } = readHeader(content);
  sheetProblems.push(...found.problems);
  if (found.problems.length > 0) return null;
  warnings.push(...found.warnings);
  if (tab.kind === 'category' && isWhole && hasNoRow(records, isRepeat)) {
    const message = 'The tab has no rows. Every entry needs a category, so this cannot be the whole sheet.';
    const problem = rowProblem(tab.name, null, null, null, message);
    sheetProblems.push({ code: 'empty_tab', problem });
  }
  return { content: { ...content, header: names }, isRepeat };
}

function hasNoRow(records: Records, isRepeat: (cells: string[]) => boolean): boolean {
  for (const cells of records) if (!isBlank(cells) && !isRepeat(cells)) return false;
  return true;
}
