// Checks the header row of a tab: missing, repeated and unknown columns.
import { cut } from '../library/rules.ts';
import { isBlank } from './csv.ts';
import type { TabContent } from './folder.ts';
import { nearest } from './nearest.ts';
import { rowProblem, type SheetProblem } from './problems.ts';
import type { Tab } from './tabs.ts';

type Findings = { sheetProblems: SheetProblem[]; warnings: { tab: Tab; message: string }[] };

/** Adds what is wrong to the findings; returns whether the tab's rows can be checked. */
export function checkHeader({ tab, header, records }: TabContent, findings: Findings): boolean {
  const { sheetProblems, warnings } = findings;
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
    warnings.push({ tab, message: `Left out, since the library has no such column: ${names}.` });
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
