// Checks every cell of a tab, and turns its rows into what the library would store.
import { plural } from '../core/format.ts';
import { shapes, type Value } from '../library/rules.ts';
import { type Check, cellChecks, Fault, hasNul, notUtf8 } from './cells.ts';
import { isBlank } from './csv.ts';
import { readCell } from './formula.ts';
import { isUnseen } from './hidden.ts';
import { type Problem, quote, rowProblem } from './problems.ts';
import type { Tab, TabContent } from './tabs.ts';

/** `row`: the spreadsheet's number. `values`: in the order of the kind's shape. `cells`: the row as the sheet has it. */
export type SheetRow = { row: number; values: Value[]; cells: string[] };

export type CheckedTab = {
  tab: Tab;
  rows: Map<string, SheetRow>;
  /** Row numbers of invalid rows by their key. Such a row changes nothing: the library keeps its entry. */
  leftOut: Map<string, number>;
  invalid: number;
  /** The columns of the kind's times; -1 for a time that the sheet does not have. */
  timesAt: number[];
};

type Column = { name: string; at: number; check: Check };

const progressEvery = 500;

/** Adds the problems of the rows to `problems`. `onChecked` receives the rows checked so far. */
export function checkRows(content: TabContent, problems: Problem[], onChecked: (rows: number) => void) {
  const { tab, header, records } = content;
  const timesAt = shapes[tab.kind].times.map((name) => header.indexOf(name));
  const checked: CheckedTab = { tab, rows: new Map(), leftOut: new Map(), invalid: 0, timesAt };
  const columns = tab.required.map(
    (name): Column => ({ name, at: header.indexOf(name), check: cellChecks[name] as Check }),
  );
  const names = new Map<Value, number>();
  for (const [index, cells] of records.entries()) {
    if (index % progressEvery === 0) onChecked(index);
    if (isBlank(cells)) continue;
    const row = index + 2;
    const before = problems.length;
    const values = checkRow(content, columns, cells, row, problems);
    const key = readCell(cells[columns[0]?.at ?? 0] ?? '');
    const keyRow = checked.rows.get(key)?.row ?? checked.leftOut.get(key);
    if (keyRow !== undefined) problems.push(repeated(tab, 0, key, row, keyRow));
    if (tab.kind === 'category') checkName(tab, names, values, row, problems);
    if (problems.length === before) {
      checked.rows.set(key, { row, values, cells });
      continue;
    }
    checked.invalid++;
    if (keyRow === undefined && key !== '') checked.leftOut.set(key, row);
  }
  onChecked(records.length);
  return checked;
}

/** Returns a value for each column, null for a cell with a problem; nothing for a row of the wrong length. */
function checkRow(content: TabContent, columns: Column[], cells: string[], row: number, problems: Problem[]) {
  const { tab, header, isUtf8, faults } = content;
  const values: Value[] = [];
  const wrongAt = cells.length === header.length ? -1 : findWrongEnd(columns, header, cells);
  if (wrongAt >= 0) {
    problems.push(raggedRow(tab, header, cells, row, wrongAt));
    return values;
  }
  for (const { name, at, check } of columns) {
    const cell = cells[at] ?? '';
    const fault = faults?.get(`${row},${at}`);
    const value = fault ? new Fault(fault) : (findUnreadable(cell, isUtf8) ?? check(readCell(cell)));
    if (value instanceof Fault) {
      problems.push(rowProblem(tab.name, row, name, cell, value.message));
      values.push(null);
    } else values.push(value);
  }
  return values;
}

function findUnreadable(cell: string, isUtf8: boolean): Fault | null {
  if (!isUtf8 && cell.includes('\uFFFD')) return notUtf8;
  return cell.includes('\0') ? hasNul : null;
}

/** A category's name is unique, like its code. */
function checkName(tab: Tab, rowOf: Map<Value, number>, values: Value[], row: number, problems: Problem[]) {
  const name = values[1] ?? null;
  if (name === null) return;
  const first = rowOf.get(name);
  if (first === undefined) rowOf.set(name, row);
  else problems.push(repeated(tab, 1, String(name), row, first));
}

function repeated(tab: Tab, column: number, value: string, row: number, first: number): Problem {
  const name = tab.required[column] ?? '';
  const message = `${quote(value)} is already in row ${first}. Each ${name} may occur once; correct or remove one of the rows.`;
  return rowProblem(tab.name, row, name, value, message);
}

/** Spreadsheet programs leave out empty cells at the end of a row, or add some. Returns the index of the first column that
 *  is compared and missing, or that has text but no header; -1 if there is none. */
function findWrongEnd(columns: Column[], header: string[], cells: string[]): number {
  if (cells.length > header.length)
    return cells.findIndex((cell, at) => at >= header.length && !isUnseen(cell));
  const missing = columns.filter(({ at }) => at >= cells.length);
  return missing.length === 0 ? -1 : Math.min(...missing.map(({ at }) => at));
}

function raggedRow(tab: Tab, header: string[], cells: string[], row: number, wrongAt: number): Problem {
  const column = header[wrongAt] || `column ${wrongAt + 1}`;
  const advice = 'A delimiter is missing, or a cell that holds one is not in quotes.';
  const message = `The row has ${plural(cells.length, 'cell')}, but the header has ${header.length}. ${advice}`;
  return rowProblem(tab.name, row, column, null, message);
}
