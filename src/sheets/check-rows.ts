// Checks every cell of a tab, and turns its rows into what the library would store.
import { plural } from '../core/format.ts';
import { type Kind, shapes, type Value } from '../library/rules.ts';
import { type Check, cellChecks, Fault, hasNul as nulFound, notUtf8 } from './cells.ts';
import { readCell } from './formula.ts';
import { repeatsHeader } from './header.ts';
import { isBlank, isUnseen } from './hidden.ts';
import { type Problem, quote, rowProblem } from './problems.ts';
import { copyOf, type SheetRow, SheetRows } from './sheet-rows.ts';
import type { Tab, TabContent } from './tabs.ts';
import { readTime, unreadable } from './times.ts';

export type CheckedTab = {
  tab: Tab;
  rows: SheetRows;
  /** Row numbers of invalid rows by their key. Such a row changes nothing: the library keeps its entry. */
  leftOut: Map<string, number>;
  invalid: number;
  /** The categories that the rows name. */
  codes: Set<Value>;
  /** Rows with a time that cannot be read, or without the context that a new or changed row needs. */
  doubtful: Set<number>;
};

type Column = { name: string; at: number; check: Check };
type Findings = { rowProblems: Problem[]; warnings: Problem[] };
type Options = {
  /** Whether a row is the header again. */
  isRepeat: (cells: string[]) => boolean;
  /** Receives the rows checked so far. */
  onChecked: (rows: number) => void;
  /** For rows that are not held in memory. */
  scratch: string;
};

const progressEvery = 500;

/** Adds what is wrong to the findings. */
export function checkRows(
  content: TabContent,
  { rowProblems: problems, warnings }: Findings,
  { isRepeat, onChecked, scratch }: Options,
): CheckedTab {
  const { tab, header, records } = content;
  const timesAt = shapes[tab.kind].times.map((name) => header.indexOf(name));
  const checked = emptyTab(tab, scratch);
  const columns = tab.required.map(
    (name): Column => ({ name, at: header.indexOf(name), check: cellChecks[name] as Check }),
  );
  const names = new Map<Value, number>();
  let row = 1;
  for (const cells of records) {
    if (row % progressEvery === 1) onChecked(row - 1);
    row++;
    if (isBlank(cells)) continue;
    if (isRepeat(cells)) {
      warnings.push(repeatsHeader(tab, row));
      continue;
    }
    const before = problems.length;
    const values = checkRow(content, columns, cells, row, problems);
    const key = readCell(cells[columns[0]?.at ?? 0] ?? '');
    const keyRow = rowOfKey(checked, key);
    if (keyRow !== undefined) problems.push(repeated(tab, 0, key, row, keyRow));
    if (tab.kind === 'category') checkName(tab, names, values, row, problems);
    if (problems.length === before) {
      addRow(checked, key, { row, values, times: timesAt.map((at) => cells[at] ?? '') });
      continue;
    }
    checked.invalid++;
    if (keyRow === undefined && key !== '') checked.leftOut.set(copyOf(key), row);
  }
  onChecked(records.length);
  return checked;
}

/** A tab without rows yet. */
export function emptyTab(tab: Tab, scratch: string): CheckedTab {
  const rows = new SheetRows(tab.kind, scratch);
  return { tab, rows, leftOut: new Map(), invalid: 0, codes: new Set(), doubtful: new Set() };
}

export function addRow({ tab, rows, codes, doubtful }: CheckedTab, key: string, row: SheetRow) {
  const index = rows.add(key, row);
  const [, code = null] = row.values;
  if (tab.kind !== 'category' && !codes.has(code)) codes.add(code);
  if (lacksContext(tab.kind, row.values) || row.times.some((time) => readTime(time) === unreadable))
    doubtful.add(index);
}

function rowOfKey({ rows, leftOut }: CheckedTab, key: string): number | undefined {
  const index = rows.indexOf(key);
  return index === undefined ? leftOut.get(key) : rows.rowAt(index);
}

/** Whether the row is contextual, but has no context. */
export function lacksContext(kind: Kind, values: Value[]): boolean {
  const { compared } = shapes[kind];
  if (values[compared.indexOf('section')] !== 'contextual') return false;
  return isUnseen(String(values[compared.indexOf('context')] ?? ''));
}

/** Returns a value for each column, null for a cell with a problem; nothing for a row of the wrong length. */
function checkRow(content: TabContent, columns: Column[], cells: string[], row: number, problems: Problem[]) {
  const { tab, header, isUtf8, hasNul, faults } = content;
  const hasFaults = faults !== undefined && faults.size > 0;
  const isReadable = isUtf8 && !hasNul;
  const values: Value[] = [];
  const wrongAt = cells.length === header.length ? -1 : findWrongEnd(columns, header, cells);
  if (wrongAt >= 0) {
    problems.push(raggedRow(tab, header, cells, row, wrongAt));
    return values;
  }
  for (const { name, at, check } of columns) {
    const cell = cells[at] ?? '';
    const fault = hasFaults ? faults?.get(`${row},${at}`) : undefined;
    const value = fault
      ? new Fault(fault)
      : ((isReadable ? null : findUnreadable(cell, isUtf8)) ?? check(readCell(cell)));
    if (value instanceof Fault) {
      problems.push(rowProblem(tab.name, row, name, cell, value.message));
      values.push(null);
    } else values.push(value);
  }
  return values;
}

function findUnreadable(cell: string, isUtf8: boolean): Fault | null {
  if (!isUtf8 && cell.includes('\uFFFD')) return notUtf8;
  return cell.includes('\0') ? nulFound : null;
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
