// Judges every cell of a sheet by the rules of the library, and turns rows into what the library would store.
// It sees the sheet only; what depends on the library's rows is judged in plan.ts.
import { cut, type Kind, shapes, type Value } from '../library/rules.ts';
import { type Check, cellChecks, Fault, notUtf8 } from './cells.ts';
import type { SheetContent, TabContent } from './folder.ts';
import { readCell } from './formula.ts';
import { nearest } from './nearest.ts';
import { type Problem, rowProblem, type SheetProblem } from './problems.ts';
import type { Tab } from './tabs.ts';

/** `values`: what the library would store, in the order of the kind's shape. `cells`: the row as the sheet
 *  has it. */
export type SheetRow = { row: number; values: Value[]; cells: string[] };

export type CheckedTab = {
  tab: Tab;
  rows: Map<string, SheetRow>;
  /** Keys of rows with a problem, and their numbers. Such a row changes nothing: its entry must not be
   *  removed either. */
  leftOut: Map<string, number>;
  invalid: number;
  /** Where the sheet has the kind's times; -1 where it has none. */
  timesAt: number[];
};
type Checked = {
  tabs: Partial<Record<Kind, CheckedTab>>;
  /** With one of these, an import cannot go on. */
  sheetProblems: SheetProblem[];
  rowProblems: Problem[];
  /** What was left out without harm: further columns. */
  warnings: { tab: Tab; message: string }[];
};

/** A sheet without problems of its own: all three tabs can be compared. */
export type CheckedSheet = Checked & { tabs: Record<Kind, CheckedTab> };

/** `onChecked` is told how many rows are done. */
export function checkSheet(sheet: SheetContent, onChecked: (rows: number) => void): Checked {
  const checked: Checked = { tabs: {}, sheetProblems: [...sheet.problems], rowProblems: [], warnings: [] };
  let before = 0;
  for (const content of sheet.contents) {
    const isReadable = checkHeader(content, checked);
    if (isReadable) {
      checked.tabs[content.tab.kind] = checkRows(content, checked, (rows) => onChecked(before + rows));
    }
    before += content.records.length;
  }
  return checked;
}

export function isComparable(checked: Checked): checked is CheckedSheet {
  return checked.sheetProblems.length === 0;
}

function checkHeader({ tab, header, records }: TabContent, { sheetProblems, warnings }: Checked): boolean {
  const report = (code: SheetProblem['code'], row: number | null, column: string | null, message: string) =>
    sheetProblems.push({ code, problem: rowProblem(tab.name, row, column, null, message) });
  const before = sheetProblems.length;
  const others = header.filter((name) => name !== '' && !tab.headers.includes(name));
  for (const name of tab.required) {
    if (!header.includes(name)) report('missing_header', 1, name, missingHeader(name, header, others));
  }
  for (const name of tab.headers) {
    if (header.indexOf(name) === header.lastIndexOf(name)) continue;
    report(
      'duplicate_header',
      1,
      name,
      `The header “${name}” occurs twice. Remove or rename one of the columns.`,
    );
  }
  if (sheetProblems.length > before) return false;
  if (others.length > 0) {
    warnings.push({
      tab,
      message: `Left out, since the library has no such column: ${cut(others.join(', '), 200)}.`,
    });
  }
  const isWhole = !sheetProblems.some(({ problem }) => problem.tab === tab.name);
  if (tab.kind === 'category' && isWhole && records.every(isBlank)) {
    report(
      'empty_tab',
      null,
      null,
      'The tab has no rows. Every entry needs a category, so this cannot be the whole sheet.',
    );
  }
  return true;
}

function missingHeader(name: string, header: string[], others: string[]): string {
  const meant = nearest(name, others);
  if (meant) return `The header “${name}” is missing. Rename “${meant}” to “${name}”.`;
  const found = header.every((cell) => cell === '')
    ? 'The header row is empty'
    : `Found: ${cut(header.join(', '), 200)}`;
  return `The header “${name}” is missing. ${found}. Add a column “${name}”; its cells may be empty where the column allows it.`;
}

const progressEvery = 500;

type Column = { name: string; at: number; check: Check };

function checkRows(content: TabContent, checked: Checked, onChecked: (rows: number) => void): CheckedTab {
  const { tab, header, records } = content;
  const { rowProblems } = checked;
  const timesAt = shapes[tab.kind].times.map((name) => header.indexOf(name));
  const result: CheckedTab = { tab, rows: new Map(), leftOut: new Map(), invalid: 0, timesAt };
  const columns = columnsOf(tab, header);
  const names = new Map<Value, number>();
  for (const [index, cells] of records.entries()) {
    if (index % progressEvery === 0) onChecked(index);
    if (isBlank(cells)) continue;
    const row = index + 2;
    const before = rowProblems.length;
    const values = checkRow(content, columns, cells, row, rowProblems);
    const key = readCell(cells[columns[0]?.at ?? 0] ?? '');
    const keyRow = result.rows.get(key)?.row ?? result.leftOut.get(key);
    if (keyRow !== undefined) rowProblems.push(repeated(tab, 0, key, row, keyRow));
    if (tab.kind === 'category') checkName(tab, names, values, row, rowProblems);
    if (rowProblems.length === before) {
      result.rows.set(key, { row, values, cells });
      continue;
    }
    result.invalid++;
    if (keyRow === undefined && key !== '') result.leftOut.set(key, row);
  }
  onChecked(records.length);
  return result;
}

function columnsOf(tab: Tab, header: string[]): Column[] {
  return tab.required.map((name) => {
    const check = cellChecks[tab.kind][name];
    if (!check) throw new Error(`No rule for ${tab.name} ${name}.`);
    return { name, at: header.indexOf(name), check };
  });
}

/** Gives the values in the order of the columns: null for a cell with a problem, none for a row without
 *  its cells. */
function checkRow(content: TabContent, columns: Column[], cells: string[], row: number, problems: Problem[]) {
  const { tab, header, isUtf8 } = content;
  const values: Value[] = [];
  if (cells.length !== header.length) {
    problems.push(raggedRow(tab, header, cells, row));
    return values;
  }
  for (const { name, at, check } of columns) {
    const cell = cells[at] ?? '';
    const value = isUtf8 || !cell.includes('\uFFFD') ? check(readCell(cell)) : notUtf8;
    if (value instanceof Fault) {
      problems.push(rowProblem(tab.name, row, name, cell, value.message));
      values.push(null);
    } else values.push(value);
  }
  return values;
}

/** Categories are told apart by their names too. */
function checkName(tab: Tab, rowOf: Map<Value, number>, values: Value[], row: number, problems: Problem[]) {
  const name = values[1] ?? null;
  if (name === null) return;
  const first = rowOf.get(name);
  if (first === undefined) rowOf.set(name, row);
  else problems.push(repeated(tab, 1, String(name), row, first));
}

function repeated(tab: Tab, column: number, value: string, row: number, first: number): Problem {
  const name = tab.required[column] ?? '';
  const message = `“${cut(value, 60)}” is already in row ${first}. Each ${name} may occur once; correct or remove one of the rows.`;
  return rowProblem(tab.name, row, name, value, message);
}

function raggedRow(tab: Tab, header: string[], record: string[], row: number): Problem {
  const column = header[record.length] || `column ${Math.min(record.length, header.length) + 1}`;
  const advice = 'A delimiter is missing, or a cell that holds one is not in quotes.';
  const message = `The row has ${record.length} cells, but the header has ${header.length}. ${advice}`;
  return rowProblem(tab.name, row, column, null, message);
}

function isBlank(record: string[]): boolean {
  return record.every((cell) => cell === '');
}
