// Writes the library to a folder of CSV files, from one state of it, beside the old folder; then swaps it in.
import fs from 'node:fs';
import path from 'node:path';
import type { Counts, Library } from '../library/repository.ts';
import { entryKinds, type Kind, kinds, formatSyncStatus, type Value } from '../library/rules.ts';
import { formatRecord } from './csv.ts';
import { syncToDisk } from '../core/sync-to-disk.ts';
import { guardFormula } from './formula.ts';
import { swapIn, writingFolder } from './swap.ts';
import { type Tab, tabs } from './tabs.ts';

type Exported = Record<Kind, Value[]>;

/** Writes the sheet to `folder`, which `openSheet` has allowed. Its rows carry `at` (ISO 8601 UTC) as their export time; the
 *  library gets the same time from `noteExported`. `onWritten` receives the number of rows written so far. */
export function exportSheet(library: Library, folder: string, at: string, onWritten: (rows: number) => void) {
  const beside = writingFolder(folder);
  fs.mkdirSync(beside, { recursive: true });
  let rows = 0;
  const exported = library.read(() => {
    const keys: Exported = { category: [], experience: [], manual: [] };
    for (const tab of tabs) {
      keys[tab.kind] = writeTab(path.join(beside, tab.file), tab, library[tab.kind].exported(), at, () =>
        onWritten(++rows),
      );
    }
    return keys;
  });
  syncToDisk(beside);
  swapIn(folder);
  return exported;
}

/** Sets the export time of exactly the entries in the sheet. Runs inside the caller's write transaction. */
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
  return headers.map((header, index) => {
    const value = row[index] ?? null;
    if (header === 'exported_at') return at;
    if (header === 'sync_status') return formatSyncStatus(value);
    return value === null ? '' : guardFormula(String(value));
  });
}
