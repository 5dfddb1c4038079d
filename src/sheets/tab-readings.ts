// Gathers what the tabs of a sheet were read as, whatever kind of sheet they come from.
import { describeForeign, type Foreign } from '../csv/file-format.ts';
import { type Problem, rowProblem, type SheetProblem } from './problems.ts';
import type { Tab, TabContent } from './tabs.ts';

/** `hashes`: SHA-256, hexadecimal, of each tab's bytes in the order of the tabs, or of the one file. */
export type SheetContent = {
  contents: TabContent[];
  problems: SheetProblem[];
  warnings: Problem[];
  hashes: string[];
};

/** A tab with a `problem` may still have rows that can be checked; a `foreign` one has none. */
export type TabReading = { content?: TabContent; problem?: SheetProblem; foreign?: Foreign };

/** `onRead` receives the rows read so far. */
export function gatherTabs(onRead: (rows: number) => void) {
  const contents: TabContent[] = [];
  const problems: SheetProblem[] = [];
  const foreign: [Tab, string, Foreign][] = [];
  let rows = 0;
  return {
    contents,
    problems,
    /** `place`: of the tab, for messages. */
    add(tab: Tab, place: string, reading: TabReading) {
      if (reading.foreign) foreign.push([tab, place, reading.foreign]);
      if (reading.problem) problems.push(reading.problem);
      if (!reading.content) return;
      contents.push(reading.content);
      rows += reading.content.records.length;
      onRead(rows);
    },
    foreignTabs: () => describeForeignTabs(foreign),
  };
}

/** One problem for all tabs of the same kind. */
function describeForeignTabs(foreign: [Tab, string, Foreign][]): SheetProblem[] {
  const kinds = new Set(foreign.map(([, , { kind }]) => kind));
  return [...kinds].flatMap((kind) => {
    const alike = foreign.filter(([, , one]) => one.kind === kind);
    const places = alike.map(([, place]) => place);
    return alike.slice(0, 1).map(([tab, , one]) => unreadableTab(tab, describeForeign(places, one)));
  });
}

export function unreadableTab(tab: Tab, message: string): SheetProblem {
  return { code: 'unreadable_tab', problem: rowProblem(tab.name, null, null, null, message) };
}

export function lacksCells(tab: Tab): SheetProblem {
  return unreadableTab(tab, `The tab ${tab.title} is a chart or lacks its cells.`);
}
