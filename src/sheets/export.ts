// Writes the library to a folder of CSV files, all tabs from one state of the library. It writes beside the
// place and swaps in whole: nobody ever reads half a sheet.
import fs from 'node:fs';
import path from 'node:path';
import type { Counts, Library } from '../library/repository.ts';
import { entryKinds, type Kind, kinds, syncStatusWord, type Value } from '../library/rules.ts';
import { formatRecord } from './csv.ts';
import { syncToDisk } from './disk.ts';
import { guardFormula } from './formula.ts';
import { swapIn, writingPlace } from './swap.ts';
import { type Tab, tabs } from './tabs.ts';

/** Keys of the rows that a sheet holds. */
type Exported = Record<Kind, Value[]>;

/** Writes the sheet to `place`, a folder that `openSheetPath` has allowed. The files say that their
 *  entries were exported `at` (ISO 8601 UTC), as the library will when `noteExported` has run. */
export function exportSheet(
  library: Library,
  place: string,
  at: string,
  onWritten: (rows: number) => void,
): Exported {
  const folder = writingPlace(place);
  fs.mkdirSync(folder, { recursive: true });
  let rows = 0;
  const exported = library.read(() => {
    const keys: Exported = { category: [], experience: [], manual: [] };
    for (const tab of tabs) {
      keys[tab.kind] = writeTab(path.join(folder, tab.file), tab, library[tab.kind].exported(), at, () =>
        onWritten(++rows),
      );
    }
    return keys;
  });
  syncToDisk(folder);
  swapIn(place);
  return exported;
}

/** Inside the caller's write transaction: exactly the entries that are in the sheet. */
export function noteExported(library: Library, exported: Exported, at: string) {
  for (const kind of entryKinds) {
    for (const id of exported[kind]) library[kind].setExportedAt(id, at);
  }
}

export function countExported(exported: Exported): Counts {
  const [categories = 0, experiences = 0, manuals = 0] = kinds.map((kind) => exported[kind].length);
  return { categories, experiences, manuals };
}

const chunkLength = 64 * 1024;

function writeTab(file: string, tab: Tab, rows: Iterable<Value[]>, at: string, onRow: () => void): Value[] {
  const keys: Value[] = [];
  const fd = fs.openSync(file, 'w');
  try {
    let chunk = formatRecord(tab.headers);
    for (const row of rows) {
      keys.push(row[0] ?? null);
      chunk += formatRecord(cellsOf(tab, row, at));
      if (chunk.length > chunkLength) {
        fs.writeFileSync(fd, chunk);
        chunk = '';
      }
      onRow();
    }
    fs.writeFileSync(fd, chunk);
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
  return keys;
}

function cellsOf({ headers }: Tab, row: Value[], at: string): string[] {
  return headers.map((header, place) => {
    const value = row[place] ?? null;
    if (header === 'exported_at') return at;
    if (header === 'sync_status') return syncStatusWord(value);
    return value === null ? '' : guardFormula(String(value));
  });
}
