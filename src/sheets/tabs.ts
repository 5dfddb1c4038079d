// The three tabs of a sheet: their names, files and headers. The order of headers matters only when a sheet is written.
import type { TabNames } from '../core/sheet-source.ts';
import type { Records } from '../csv/csv-records.ts';
import { columnsOf, type Kind, shapes } from '../library/rules.ts';

export type TabName = 'Categories' | 'Experiences' | 'Manuals';
export type Tab = {
  kind: Kind;
  name: TabName;
  /** How the sheet names it: the tab of a workbook, and the file in a folder. */
  title: string;
  file: string;
  headers: string[];
  /** The columns that an import compares; a missing one would empty that column of the library. */
  required: readonly string[];
};

/** `records` are the rows below the header, from row 2 of the spreadsheet on. `hasNul`: whether a cell may have one. `place`:
 *  where they are, for messages: `experiences.csv` or `the tab Experiences`. `faults`: problems of cells, though their
 *  text shows none, by `row,index of the column`. */
export type TabContent = {
  tab: Tab;
  header: string[];
  records: Records;
  isUtf8: boolean;
  hasNul: boolean;
  place: string;
  faults?: ReadonlyMap<string, string>;
};

export const tabs: readonly Tab[] = [
  define('category', 'Categories', 'categories.csv'),
  define('experience', 'Experiences', 'experiences.csv'),
  define('manual', 'Manuals', 'manuals.csv'),
];

export const tabFiles: readonly string[] = tabs.map((tab) => tab.file);

/** The tabs as a named sheet names them; null: as usual. */
export function tabsNamed(names: TabNames | null): readonly Tab[] {
  if (names === null) return tabs;
  return tabs.map((tab) => ({ ...tab, title: names[tab.kind], file: `${names[tab.kind]}.csv` }));
}

/** The files of the tabs in a folder, as a named sheet names them. */
export function filesNamed(names: TabNames | null): string[] {
  return tabsNamed(names).map(({ file }) => file);
}

/** The files of the tabs of any sheet: those with the usual names, and those of each named sheet. */
export function filesOfAll(sources: { tabs: TabNames | null }[]): string[] {
  return [...new Set([...tabFiles, ...sources.flatMap(({ tabs }) => filesNamed(tabs))])];
}

export function tabOf(kind: Kind): Tab {
  return tabs.find((tab) => tab.kind === kind) as Tab;
}

function define(kind: Kind, name: TabName, file: string): Tab {
  return { kind, name, title: name, file, headers: columnsOf(kind), required: shapes[kind].compared };
}
