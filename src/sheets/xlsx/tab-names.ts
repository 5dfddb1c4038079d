// Finds the tabs of a workbook by their names. A name counts by its letters and digits alone, as a header does.
import { formatList } from '../../core/format.ts';
import { cut } from '../../library/rules.ts';
import { lettersOf } from '../header.ts';
import { showHidden } from '../hidden.ts';
import { nearest } from '../nearest.ts';
import { type Problem, quote, rowProblem, type SheetProblem } from '../problems.ts';
import { type Tab, tabs as usualTabs } from '../tabs.ts';

type Named = { name: string };
type Found<S extends Named> = { found: [Tab, S][]; problems: SheetProblem[]; warnings: Problem[] };

/** `tabs`: as the workbook names them. */
export function findTabs<S extends Named>(sheets: S[], tabs: readonly Tab[] = usualTabs): Found<S> {
  const result: Found<S> = { found: [], problems: [], warnings: [] };
  const missing: Tab[] = [];
  for (const tab of tabs) {
    const fitting = sheets.filter(({ name }) => lettersOf(name) === lettersOf(tab.title));
    const [sheet] = fitting;
    if (!sheet) missing.push(tab);
    else if (fitting.length > 1) result.problems.push(ambiguous(tab, fitting));
    else {
      result.found.push([tab, sheet]);
      if (sheet.name !== tab.title) result.warnings.push(otherwiseNamed(tab, sheet.name));
    }
  }
  result.problems.push(...describeMissing(missing, sheets, tabs));
  return result;
}

function ambiguous(tab: Tab, sheets: Named[]): SheetProblem {
  const names = formatList(sheets.map(({ name }) => quote(name)));
  const message = `${sheets.length} tabs fit: ${names}. Rename or remove all but the right one.`;
  return { code: 'ambiguous_tab', problem: rowProblem(tab.name, null, null, null, message) };
}

function otherwiseNamed(tab: Tab, name: string): Problem {
  return rowProblem(
    tab.name,
    null,
    null,
    null,
    `The tab is named ${quote(name)}; it is read as ${tab.title}.`,
  );
}

/** One problem for all of them. */
function describeMissing(missing: Tab[], sheets: Named[], tabs: readonly Tab[]): SheetProblem[] {
  const [first] = missing;
  if (!first) return [];
  const subject = `The ${missing.length === 1 ? 'tab' : 'tabs'} ${formatList(missing.map(({ title }) => title))}`;
  const names = sheets.map(({ name }) => name);
  const found = showHidden(cut(names.join(', '), 200));
  const others = names.filter((name) => !tabs.some((tab) => lettersOf(tab.title) === lettersOf(name)));
  const advice = missing.map((tab) => advise(tab, others)).join(' ');
  const message = `${subject} ${missing.length === 1 ? 'is' : 'are'} missing. Found tabs: ${found}. ${advice}`;
  return [{ code: 'missing_tab', problem: rowProblem(first.name, null, null, null, message) }];
}

/** Programs add a number to a copy, or the file's name. */
function advise(tab: Tab, others: string[]): string {
  const isMeant = (name: string) =>
    name
      .normalize()
      .split(/[^\p{L}]+/u)
      .some((word) => nearest(word, [tab.title]) !== null);
  const meant = others.filter(isMeant).slice(0, 5);
  if (meant.length === 0) return `Add a tab ${tab.title}; its header is ${tab.headers.join(',')}.`;
  const either = meant.length === 1 ? '' : 'one of ';
  return `Rename ${either}${formatList(meant.map(quote))} to “${tab.title}”.`;
}
