// The problems of a sheet: tab, row, column, value, message, and the remedy.
import { AppError } from '../core/errors.ts';
import type { ScriptContext } from '../jobs/script.ts';
import { plural } from '../core/format.ts';
import { cut } from '../library/rules.ts';
import { showHidden } from './hidden.ts';
import { type TabName, tabs } from './tabs.ts';

/** `row`: the spreadsheet's number (the header is 1). `row` and `column` are null for a problem of the whole tab. */
export type Problem = {
  tab: TabName;
  row: number | null;
  column: string | null;
  value: string | null;
  message: string;
};

/** A problem of the sheet as a whole, which `skip_invalid` cannot leave out. */
export type SheetProblem = {
  code:
    | 'missing_tab'
    | 'ambiguous_tab'
    | 'unreadable_tab'
    | 'empty_tab'
    | 'missing_header'
    | 'duplicate_header'
    | 'name_taken';
  problem: Problem;
};

/** Rows of a preview, and problems in full. */
export const maxShown = 50;
export const maxShownLength = 200;

export function rowProblem(
  tab: TabName,
  row: number | null,
  column: string | null,
  value: string | null,
  message: string,
): Problem {
  return { tab, row, column, value: value === null ? null : cut(value, maxShownLength), message };
}

/** A cell for a message, with its hidden characters shown: `“EXP<U+200B>-1”`. */
export function quote(cell: string): string {
  return `“${showHidden(cut(cell, 60))}”`;
}

/** Formats `Experiences!17`, or the tab's name alone. */
function refOf({ tab, row }: Problem): string {
  return row === null ? tab : `${tab}!${row}`;
}

/** Sorts tab by tab, from top to bottom. */
export function inOrder(problems: Problem[]): Problem[] {
  const tabIndex = (problem: Problem) => tabs.findIndex((tab) => tab.name === problem.tab);
  return problems.toSorted((a, b) => tabIndex(a) - tabIndex(b) || (a.row ?? 0) - (b.row ?? 0));
}

/** Returns `bad_input`: the number of problems and the first one in full; `details.problems` holds the first 50. */
export function badSheet(sheetProblems: SheetProblem[], rowProblems: Problem[]): AppError {
  const advice =
    sheetProblems.length === 0
      ? 'Correct the cells, or leave such rows out with skip_invalid.'
      : 'Correct the sheet and import it again.';
  return refuseSheet(sheetProblems, rowProblems, { outcome: 'nothing was written', advice });
}

/** Like `badSheet`, for files that were uploaded. */
export function badUpload(sheetProblems: SheetProblem[]): AppError {
  const advice = 'Correct the sheet and choose it again.';
  return refuseSheet(sheetProblems, [], { outcome: 'nothing was kept', advice });
}

function refuseSheet(
  sheetProblems: SheetProblem[],
  rowProblems: Problem[],
  { outcome, advice }: { outcome: string; advice: string },
): AppError {
  const problems = [...sheetProblems.map(({ problem }) => problem), ...inOrder(rowProblems)];
  const code = sheetProblems[0]?.code ?? 'invalid_rows';
  const number = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  const first = problems.slice(0, 1).map(sentence).join('');
  return new AppError(
    'bad_input',
    `${number} in the sheet; ${outcome}. ${problems.length > 1 ? 'The first: ' : ''}${first} ${advice}`,
    { code, problems: problems.slice(0, maxShown), total: problems.length },
  );
}

/** The message, after the column that it is about. */
function inColumn({ column, message }: Problem): string {
  return column === null ? message : `${column}: ${message}`;
}

type ReportRow = ScriptContext['row'];

export function reportInvalid(problems: readonly Problem[], row: ReportRow) {
  for (const problem of problems) row(refOf(problem), 'invalid', inColumn(problem));
}

export function reportHiddenChanges(changes: readonly Problem[], row: ReportRow) {
  for (const change of changes) row(refOf(change), 'changed', inColumn(change));
}

/** The first ones go to the log, too. */
export function reportWarnings(warnings: readonly Problem[], row: ReportRow) {
  for (const warning of warnings) row(refOf(warning), 'warning', inColumn(warning));
  for (const warning of warnings.slice(0, maxShown)) console.log(sentence(warning));
  const more = warnings.length - maxShown;
  if (more > 0) console.log(`${plural(more, 'more warning')}: see the result rows.`);
}

/** `Experiences, row 17, title: is too long.` */
export function sentence(problem: Problem): string {
  const where = problem.row === null ? problem.tab : `${problem.tab}, row ${problem.row}`;
  return `${where}${problem.column === null ? ':' : ','} ${inColumn(problem)}`;
}
