// Turns the cells of a workbook or a Google spreadsheet into a tab as a CSV file would have it: texts in rows, and what a person
// should know about them.
import { cellRef, type MergeRange, rangeRef } from 'hucre';
import { formatList, plural } from '../core/format.ts';
import { delimiters } from '../csv/csv.ts';
import type { Foreign } from '../csv/file-format.ts';
import { findHeaderBelow, maxHeaderRows } from './first-rows.ts';
import { countKnown, readNames } from './header.ts';
import { isUnseen } from './hidden.ts';
import { type Problem, rowProblem, type SheetProblem } from './problems.ts';
import { type TabReading, unreadableTab } from './tab-readings.ts';
import type { Tab } from './tabs.ts';

/** A tab as a person sees it. Rows and columns count from 0. */
export type Grid = {
  /** Each row ends with its last cell that is not empty, and the last row has one. */
  texts: string[][];
  isHidden: boolean;
  hiddenRows: readonly number[];
  hiddenColumns: readonly number[];
  merges: readonly MergeRange[];
  /** Cells whose text is not a value. */
  faults: readonly (CellRef & { message: string })[];
  /** Formulas that no program has computed. */
  uncomputed: readonly CellRef[];
};

type CellRef = { row: number; column: number };
type GridTab = TabReading & { warnings: Problem[] };

export function readGridTab(tab: Tab, grid: Grid): GridTab {
  const [header = [], ...records] = grid.texts;
  const foreign = recogniseRows(tab, header, records);
  if (foreign) return { foreign, warnings: [] };
  const mergedHeader = grid.merges.find(({ startRow }) => startRow === 0);
  if (mergedHeader) return { problem: refuseMerged(tab, mergedHeader), warnings: [] };
  const names = readNames(tab, header);
  const isKnown = ({ column }: CellRef) => tab.headers.includes(names[column] ?? '');
  const lastKnown = names.findLastIndex((_, column) => isKnown({ row: 0, column }));
  for (const cells of records) while (cells.length > 0 && cells.length <= lastKnown) cells.push('');
  const uncomputed = grid.uncomputed.filter(isKnown);
  if (uncomputed.length > 0) return { problem: refuseFormulas(tab, uncomputed), warnings: [] };
  const faults = new Map(
    grid.faults.filter(isKnown).map(({ row, column, message }) => [`${row + 1},${column}`, message]),
  );
  findBrokenTexts(records, faults);
  const place = placeOf(tab);
  const content = { tab, header: widen(header, records), records, isUtf8: true, hasNul: true, place, faults };
  return { content, warnings: warningsOf(tab, grid, names, records) };
}

/** Names the tab in messages. */
export function placeOf({ title }: Tab): string {
  return `the tab ${title}`;
}

/** How a formula's error is shown, as the fault of its cell. */
export function describeFormulaError(shown: string): string {
  return `The cell shows ${shown}, the error of a formula. Correct the formula, or enter the value.`;
}

/** Empty rows share one array, since a stray cell far below makes a million of them. */
const emptyRow: string[] = [];

/** The rows as a grid has them. */
export function toTexts<V>(
  rows: readonly (readonly V[])[],
  textOf: (value: V, row: number, column: number) => string,
): string[][] {
  const texts = rows.map((values, row) => {
    let length = values.length;
    while (length > 0 && (values[length - 1] === null || values[length - 1] === '')) length--;
    if (length === 0) return emptyRow;
    return values.slice(0, length).map((value, column) => textOf(value, row, column));
  });
  return texts.slice(0, texts.findLastIndex((row) => row !== emptyRow) + 1);
}

function recogniseRows(tab: Tab, header: string[], records: string[][]): Foreign | null {
  if (header.length === 0 && records.length === 0)
    return { kind: 'empty', advice: `Its header is ${tab.headers.join(',')}.` };
  if (countKnown(tab, header) > 1) return null;
  const only = header.filter((cell) => !isUnseen(cell));
  const isWhole = delimiters.some((delimiter) => countKnown(tab, (only[0] ?? '').split(delimiter)) > 1);
  if (only.length === 1 && isWhole)
    return {
      kind: 'not split into columns',
      advice: 'Each row is one cell. Split them with Data → Text to Columns, or import the CSV file.',
    };
  return findHeaderBelow(tab, [header, ...records.slice(0, maxHeaderRows)]);
}

function refuseMerged(tab: Tab, merge: MergeRange): SheetProblem {
  const message = `The header has merged cells (${refOf(merge)}). Unmerge them; each column needs a header of its own.`;
  return { code: 'unreadable_tab', problem: rowProblem(tab.name, 1, null, null, message) };
}

function refOf({ startRow, startCol, endRow, endCol }: MergeRange): string {
  return rangeRef(startRow, startCol, endRow, endCol);
}

/** A column without a header is one of its own, with an empty name. */
function widen(header: string[], records: string[][]): string[] {
  const width = records.reduce((widest, { length }) => Math.max(widest, length), header.length);
  return [...header, ...Array<string>(width - header.length).fill('')];
}

/** Half of a character, which the escapes of a workbook can write. */
const brokenText = /\p{Cs}/u;

function findBrokenTexts(records: string[][], faults: Map<string, string>) {
  for (const [index, cells] of records.entries()) {
    for (const [at, cell] of cells.entries()) {
      if (!brokenText.test(cell)) continue;
      faults.set(
        `${index + 2},${at}`,
        'The cell has half of a character, such as of an emoji. Enter it again.',
      );
    }
  }
}

function refuseFormulas(tab: Tab, cells: CellRef[]): SheetProblem {
  const refs = cells.map(({ row, column }) => cellRef(row, column));
  const [first = ''] = refs;
  const subject = refs.length === 1 ? `The formula in ${first} has` : `${refs.length} formulas have`;
  const message = `${subject} no value${refs.length === 1 ? '' : `, the first in ${first}`}. Open the workbook in a spreadsheet program, and save it again: that computes them.`;
  return unreadableTab(tab, message);
}

function warningsOf(tab: Tab, grid: Grid, names: string[], records: string[][]): Problem[] {
  const rows = grid.hiddenRows.filter((row) => (records[row - 1]?.length ?? 0) > 0).length;
  const hidden = new Set(grid.hiddenColumns);
  const columns = names.filter((name, at) => hidden.has(at) && tab.headers.includes(name));
  const merges = grid.merges.map(refOf);
  const shown = `${formatList(merges.slice(0, 5))}${merges.length > 5 ? ' and others' : ''}`;
  const readToo = (number: number) => (number === 1 ? 'is read too' : 'are read too');
  const messages = [
    grid.isHidden && `The tab ${tab.title} is hidden; it is read too.`,
    rows > 0 && `${plural(rows, 'hidden row')} of ${tab.title} ${readToo(rows)}.`,
    columns.length > 0 &&
      `${plural(columns.length, 'hidden column')} of ${tab.title} ${readToo(columns.length)}: ${columns.join(', ')}.`,
    merges.length > 0 &&
      `Merged cells have a value in the first cell only, the others are read as empty: ${shown}.`,
  ];
  return messages.flatMap((message) => (message ? [rowProblem(tab.name, null, null, null, message)] : []));
}
