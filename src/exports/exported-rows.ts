// The rows of the library as the cells of a sheet.
import type { Library } from '../library/repository.ts';
import { formatSyncStatus, type Kind, type Value } from '../library/rules.ts';
import { guardApostrophe, guardFormula } from '../sheets/formula.ts';
import { type Tab, tabs as usualTabs } from '../sheets/tabs.ts';

/** The format of the files of a sheet. */
export type Format = 'csv' | 'xlsx';
/** Google spreadsheets take no files. */
export type TargetFormat = Format | 'google';

/** A tab with its rows; the first is the header. */
export type TabRows = { tab: Tab; rows: Iterable<readonly string[]> };

/** The keys of the exported rows. */
export type Exported = Record<Kind, Value[]>;

type Options = {
  format: TargetFormat;
  /** The tabs under the sheet's own names. */
  tabs: readonly Tab[];
  /** The export time of the rows (ISO 8601 UTC); null: the one that the library has. */
  at: string | null;
  /** Receives the number of rows read so far. */
  onRow: (rows: number) => void;
};

/** Opens the tabs inside the caller's read transaction; `close` must be called before that ends. `keys` is complete once all
 *  rows are read. */
export function openExport(library: Library, { format, tabs, at, onRow }: Options) {
  const guard = format === 'csv' ? guardFormula : guardApostrophe;
  const keys: Exported = { category: [], experience: [], manual: [] };
  const cursors = tabs.map(({ kind }) => library[kind].exported());
  let count = 0;
  function* rowsOf(tab: Tab, cursor: Iterable<Value[]> = []) {
    yield tab.headers;
    for (const row of cursor) {
      keys[tab.kind].push(row[0] ?? null);
      yield toCells(tab, row, at, guard);
      onRow(++count);
    }
  }
  return {
    tabs: tabs.map((tab, index): TabRows => ({ tab, rows: rowsOf(tab, cursors[index]) })),
    keys,
    close() {
      for (const cursor of cursors) cursor.return?.();
    },
  };
}

/** The tabs of a sheet without rows. */
export function emptyTabs(): TabRows[] {
  return usualTabs.map((tab) => ({ tab, rows: [tab.headers] }));
}

function toCells(
  { headers }: Tab,
  row: Value[],
  at: string | null,
  guard: (text: string) => string,
): string[] {
  return headers.map((header, index) => {
    const value = row[index] ?? null;
    if (header === 'exported_at' && at !== null) return at;
    if (header === 'sync_status') return formatSyncStatus(value);
    return value === null ? '' : guard(String(value));
  });
}
