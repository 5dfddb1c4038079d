// Reads a sheet that is a Google spreadsheet, at one moment: all tabs come in one answer, and nothing else may change meanwhile.
import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../core/errors.ts';
import type { GoogleAccess } from '../google/patient-fetch.ts';
import { type GoogleTab, openSpreadsheet, type Spreadsheet } from '../google/spreadsheet.ts';
import { describeFormulaError, type Grid, placeOf, readGridTab, toTexts } from './grid-tab.ts';
import { hashRows } from './hash.ts';
import { findTabs } from './xlsx/tab-names.ts';
import { gatherTabs, lacksCells, type SheetContent } from './tab-readings.ts';
import type { Tab } from './tabs.ts';

const maxTries = 3;

/** `tabs`: as the spreadsheet names them. `onRead` receives the rows read so far. Throws `bad_input`, and `temporary` when Google
 *  cannot be reached or the spreadsheet keeps changing. */
export async function readGoogleSheet(
  id: string,
  { tabs, google, onRead }: { tabs: readonly Tab[]; google: GoogleAccess; onRead: (rows: number) => void },
): Promise<SheetContent> {
  const book = openSpreadsheet(google, id);
  for (let tried = 1; tried <= maxTries; tried++) {
    const before = await book.describe('layout');
    const located = findTabs(before.tabs, tabs);
    const sheets = located.found.map(([, sheet]) => sheet).filter(({ hasCells }) => hasCells);
    const grids = await readGrids(book, sheets);
    // A tab that was renamed meanwhile is not found.
    if (!isDeepStrictEqual(await book.describe('layout'), before)) continue;
    if (grids instanceof Error) throw grids;
    if (grids === null) continue;
    return gather(located, grids, onRead);
  }
  const message = 'The spreadsheet changed while it was read; nothing was written. Try again in a moment.';
  throw new AppError('temporary', message, { code: 'changed_meanwhile' });
}

/** Returns null when the cells changed between the answers with values and with formulas. */
async function readGrids(book: Spreadsheet, sheets: GoogleTab[]): Promise<Grid[] | AppError | null> {
  const names = sheets.map(({ name }) => name);
  try {
    const rows = await book.read(names);
    const hasErrors = rows.some((tab) => tab.some((cells) => cells.some(isErrorText)));
    const formulas = hasErrors ? await book.read(names, 'FORMULA') : [];
    if (hasErrors && !isDeepStrictEqual(await book.read(names), rows)) return null;
    return sheets.map((sheet, at) => toGrid(sheet, rows[at] ?? [], formulas[at] ?? []));
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

/** How Google shows the error of a formula, and one that is not computed yet. Its own text looks the same. */
const errorText = /^(#(NULL!|DIV\/0!|VALUE!|REF!|NAME\?|NUM!|N\/A|ERROR!)|Loading\.\.\.)$/;

function isErrorText(cell: string): boolean {
  return errorText.test(cell);
}

function toGrid(
  { isHidden, hiddenRows, hiddenColumns, merges }: GoogleTab,
  rows: string[][],
  formulas: string[][],
): Grid {
  const isError = (shown: string, row: number, column: number) =>
    isErrorText(shown) && formulas[row]?.[column]?.startsWith('=') === true;
  const faults = formulas.flatMap((cells, row) =>
    cells.flatMap((_, column) => {
      const shown = rows[row]?.[column] ?? '';
      return isError(shown, row, column) ? [{ row, column, message: describeFormulaError(shown) }] : [];
    }),
  );
  return {
    texts: toTexts(rows, (cell) => cell),
    isHidden,
    hiddenRows,
    hiddenColumns,
    merges,
    faults,
    uncomputed: [],
  };
}

function gather(
  { found, problems, warnings }: ReturnType<typeof findTabs<GoogleTab>>,
  grids: Grid[],
  onRead: (rows: number) => void,
): SheetContent {
  const readings = gatherTabs(onRead);
  const hashes: string[] = [];
  const remaining = grids.values();
  for (const [tab, sheet] of found) {
    const grid = sheet.hasCells ? remaining.next().value : undefined;
    if (!grid) {
      readings.problems.push(lacksCells(tab));
      continue;
    }
    hashes.push(hashGrid(grid));
    const { warnings: own, ...reading } = readGridTab(tab, grid);
    readings.add(tab, placeOf(tab), reading);
    warnings.push(...own);
  }
  return {
    contents: readings.contents,
    problems: [...readings.problems, ...problems, ...readings.foreignTabs()],
    warnings,
    hashes,
  };
}

function hashGrid({ texts, faults }: Grid): string {
  const hash = hashRows();
  for (const cells of texts) hash.add(cells);
  for (const { row, column } of faults) hash.add([`${row},${column}`]);
  return hash.digest();
}
