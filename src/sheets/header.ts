// Reads the header of a tab, whatever kind of sheet it comes from. A name counts by its letters and digits alone.
import type { Records } from '../csv/csv-records.ts';
import { formatList } from '../core/format.ts';
import { cut } from '../library/rules.ts';
import { withoutUnseen } from '../core/unseen.ts';
import { isBlank, isUnseen, showHidden } from './hidden.ts';
import { nearest } from './nearest.ts';
import { type Problem, rowProblem, type SheetProblem } from './problems.ts';
import { type Tab, type TabContent, tabs } from './tabs.ts';

/** `isRepeat`: whether a row below is the header again. */
type Header = {
  names: string[];
  problems: SheetProblem[];
  warnings: Problem[];
  isRepeat: (cells: string[]) => boolean;
};

/** The names of a row of cells, as the tab spells those that it knows. */
export function readNames({ headers }: Tab, cells: string[]): string[] {
  return cells.map((cell) => {
    if (cell.includes('\0')) return cell;
    if (isUnseen(cell)) return '';
    const letters = lettersOf(cell);
    return headers.find((name) => lettersOf(name) === letters) ?? cell;
  });
}

export function lettersOf(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}

export function countKnown(tab: Tab, cells: string[]): number {
  return readNames(tab, cells).filter((name) => tab.headers.includes(name)).length;
}

/** The rows of a tab can be checked when there are no problems. */
export function readHeader(content: TabContent): Header {
  const { tab, header, records } = content;
  const names = readNames(tab, header);
  const problem = findWrongHeader(content);
  const problems = problem ? [problem] : findWrongNames(tab, names, header);
  const warnings = problems.length > 0 ? [] : warningsOf(tab, names, header, records);
  return { names, problems, warnings, isRepeat: createRepeatFinder(header) };
}

/** Programs that join files repeat the header. Such a row counts as a blank one. */
function createRepeatFinder(header: string[]): (cells: string[]) => boolean {
  const spelling = header.map(spellingOf);
  return (cells) =>
    cells.length === header.length && cells.every((cell, at) => isSpelled(cell, spelling[at] ?? ''));
}

/** Most cells differ in their first letter, which is found faster. */
function isSpelled(cell: string, spelling: string): boolean {
  const first = cell.charAt(0);
  if (first > ' ' && first <= '~' && first.toLowerCase() !== spelling.charAt(0)) return false;
  return spellingOf(cell) === spelling;
}

function spellingOf(cell: string): string {
  return withoutUnseen(cell).toLowerCase();
}

export function repeatsHeader(tab: Tab, row: number): Problem {
  return rowProblem(tab.name, row, null, null, 'The row repeats the header; it was left out.');
}

/** Unicode's line ends that CSV does not have. */
const foreignLineEnd = /[\v\f\u0085\u2028\u2029]/;

/** One problem for a header that is wrong as a whole. */
function findWrongHeader({ tab, header, place }: TabContent): SheetProblem | null {
  const report = (message: string): SheetProblem => ({
    code: 'missing_header',
    problem: rowProblem(tab.name, 1, null, null, message),
  });
  const joined = header.find((cell) => foreignLineEnd.test(cell.trim()));
  if (joined !== undefined) {
    const found = showHidden(foreignLineEnd.exec(joined)?.[0] ?? '');
    return report(
      `The header has ${found} where a line end is expected. Save the file with CRLF or LF line ends.`,
    );
  }
  const other = tabs.find(
    (one) => one.kind !== tab.kind && one.required.every((name) => countOf(name, one, header) > 0),
  );
  if (other && !tab.required.every((name) => countOf(name, tab, header) > 0)) {
    return report(`The columns are those of ${other.name}. Put the rows of ${tab.title} into ${place}.`);
  }
  if (countKnown(tab, header) > 0) return null;
  const expected = `The header of ${place} is ${tab.headers.join(',')}.`;
  if (isBlank(header)) return report(`The header row is empty. ${expected}`);
  return report(`Row 1 has none of the headers. Found: ${describeFound(header)}. ${expected}`);
}

function countOf(name: string, tab: Tab, header: string[]): number {
  return readNames(tab, header).filter((one) => one === name).length;
}

function findWrongNames(tab: Tab, names: string[], header: string[]): SheetProblem[] {
  const problems: SheetProblem[] = [];
  const report = (code: SheetProblem['code'], column: string | null, message: string) =>
    problems.push({ code, problem: rowProblem(tab.name, 1, column, null, message) });
  const missing = tab.required.filter((name) => !names.includes(name));
  const [only = null] = missing.length === 1 ? missing : [];
  if (missing.length > 0)
    report('missing_header', only, describeMissing(missing, header, unknownNames(tab, names)));
  for (const name of tab.headers) {
    const cells = header.filter((_, at) => names[at] === name);
    if (cells.length < 2) continue;
    const spellings = cells.some((cell) => cell !== name)
      ? ` (${cells.map((cell) => `“${showHidden(cell)}”`).join(', ')})`
      : '';
    const message = `The header “${name}” occurs twice${spellings}. Remove or rename one of the columns.`;
    report('duplicate_header', name, message);
  }
  return problems;
}

function describeMissing(missing: string[], header: string[], unknown: string[]): string {
  const names = formatList(missing.map((name) => `“${name}”`));
  const renames = missing.flatMap((name) => {
    const meant = nearest(name, unknown);
    return meant === null ? [] : [`Rename “${showHidden(meant)}” to “${name}”.`];
  });
  const subject =
    missing.length === 1 ? `The header ${names} is missing.` : `The headers ${names} are missing.`;
  if (renames.length === missing.length) return [subject, ...renames].join(' ');
  const others = renames.length > 0 ? 'the others' : 'them';
  const advice =
    missing.length === 1
      ? `Add a column ${names}; its cells may be empty where the column allows it.`
      : `Rename the columns that hold ${others}, or add them; cells may be empty where the column allows it.`;
  return [subject, `Found: ${describeFound(header)}.`, ...renames, advice].join(' ');
}

function describeFound(header: string[]): string {
  return showHidden(cut(header.join(', '), 200));
}

function unknownNames({ headers }: Tab, names: string[]): string[] {
  return names.filter((name) => name !== '' && !headers.includes(name));
}

function warningsOf(tab: Tab, names: string[], header: string[], records: Records): Problem[] {
  const warn = (column: string | null, message: string) =>
    rowProblem(tab.name, column === null ? null : 1, column, null, message);
  const spelled = names.flatMap((name, at) => {
    const cell = header[at] ?? '';
    if (cell === name || !tab.headers.includes(name)) return [];
    return [warn(name, `The header is “${showHidden(cell)}”; it is read as “${name}”.`)];
  });
  const unnamed = findFilled(
    records,
    names.flatMap((name, at) => (name === '' ? [at] : [])),
  ).map((at) => warn(null, `Column ${at + 1} has no header; its cells were left out.`));
  const unknown = unknownNames(tab, names);
  if (unknown.length === 0) return [...spelled, ...unnamed];
  const left = showHidden(cut(unknown.join(', '), 200));
  return [...spelled, warn(null, `Unknown columns were left out: ${left}.`), ...unnamed];
}

/** Those of the columns in which a row has text. */
function findFilled(records: Records, columns: number[]): number[] {
  let empty = columns;
  if (empty.length === 0) return [];
  for (const cells of records) {
    if (cells.length === 0) continue;
    empty = empty.filter((at) => (cells[at] ?? '').trim() === '');
    if (empty.length === 0) break;
  }
  return columns.filter((at) => !empty.includes(at));
}
