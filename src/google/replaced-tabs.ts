// Finds the tabs that an export replaces, and refuses those that are not tabs of a library.
import { badInput } from '../core/errors.ts';
import { formatList } from '../core/format.ts';
import { shorten } from '../core/shorten.ts';
import type { GoogleTab, Spreadsheet } from './spreadsheet.ts';
import { nameOfPrevious, nameOfWriting, previousTitle } from './tab-titles.ts';

export type TabRules = {
  name: string;
  /** Whether an import finds this tab under that title. */
  isNamed: (title: string) => boolean;
  /** Whether a tab with this row 1 is one of a library. */
  isHeader: (cells: string[]) => boolean;
};

/** `old`: the tab that is replaced. `outdated`: the tab that the export before has replaced. */
export type Replaced = { old: GoogleTab | undefined; outdated: GoogleTab | undefined };

/** `replaced` has one element for each of `wanted`; `leftOver` are tabs that a failed export was writing. Throws `bad_input` for
 *  tabs that must not be replaced. */
export async function findReplaced(book: Spreadsheet, wanted: readonly TabRules[]) {
  const { tabs } = await book.describe();
  const replaced = wanted.map(({ name, isNamed }): Replaced => {
    const isOutdated = (tab: GoogleTab) => isNamed(nameOfPrevious(tab) ?? '');
    return {
      old: findOnly(tabs, (tab) => isNamed(tab.name), name),
      outdated: findOnly(tabs, isOutdated, previousTitle(name)),
    };
  });
  await assertOurs(book, wanted, replaced);
  const leftOver = tabs.filter((tab) => wanted.some(({ isNamed }) => isNamed(nameOfWriting(tab) ?? '')));
  return { tabs, replaced, leftOver };
}

function findOnly(tabs: GoogleTab[], fits: (tab: GoogleTab) => boolean, name: string): GoogleTab | undefined {
  const fitting = tabs.filter(fits);
  if (fitting.length < 2) return fitting[0];
  const names = formatList(fitting.map((tab) => `“${tab.name}”`));
  const message = `${fitting.length} tabs fit ${name}: ${names}. Rename or remove all but the right one.`;
  throw badInput('ambiguous_tab', message);
}

async function assertOurs(book: Spreadsheet, wanted: readonly TabRules[], replaced: readonly Replaced[]) {
  const found = replaced.flatMap(({ old, outdated }, at) =>
    [old, outdated].flatMap((tab) => (tab ? [{ tab, isHeader: wanted[at]?.isHeader }] : [])),
  );
  for (const { outdated } of replaced) if (outdated?.isHidden === false) throw notHidden(outdated.name);
  const chart = found.find(({ tab }) => !tab.hasCells);
  if (chart) throw foreign(chart.tab.name, 'it is a chart');
  const headers = await book.readHeaders(found.map(({ tab }) => tab.name));
  for (const [at, { tab, isHeader }] of found.entries()) {
    const header = headers[at] ?? [];
    if (isHeader?.(header)) continue;
    if (header.some((cell) => cell.trim() !== ''))
      throw foreign(tab.name, `its header is ${shorten(header.join(', '), 200)}`);
    if (!(await isEmpty(book, tab.name))) throw foreign(tab.name, 'its row 1 is empty');
  }
}

async function isEmpty(book: Spreadsheet, name: string): Promise<boolean> {
  const [rows = []] = await book.read([name]);
  return rows.every((cells) => cells.every((cell) => cell === ''));
}

function foreign(name: string, reason: string) {
  const message = `The tab ${name} is not a tab of this library: ${reason}. Choose another tab name.`;
  return badInput('foreign_tab', message);
}

function notHidden(name: string) {
  const message = `The tab ${name} is shown, and an export deletes it. Hide it, or give it another name to keep it.`;
  return badInput('foreign_tab', message);
}
