// Writes the library to a sheet, from one state of it, beside the old sheet; then swaps it in.
import fs from 'node:fs';
import path from 'node:path';
import { nameFile } from '../core/faults.ts';
import { syncToDisk } from '../core/sync-to-disk.ts';
import type { ScriptContext } from '../jobs/script.ts';
import type { Counts, Library } from '../library/repository.ts';
import { entryKinds, kinds } from '../library/rules.ts';
import { type Exported, type Format, openExport, type TabRows } from './exported-rows.ts';
import { assertFitsWorkbook } from './limits.ts';
import { writeFolder, writePacked } from './sheet-files.ts';
import { repairExport, swapIn, writingPath } from '../sheets/swap.ts';
import { tabFiles } from '../sheets/tabs.ts';

/** A folder of CSV files, or a workbook; `openTarget` has allowed its path. */
export type Target = { format: Format; path: string };

/** A file of a sheet. `modified_at`: ISO 8601 UTC; it changes when somebody edits the file. */
export type SheetFile = { name: string; bytes: number; modified_at: string };

type Report = {
  /** Receives the number of rows written so far. */
  onRow: (rows: number) => void;
  /** Receives each text that a workbook cannot hold. */
  row: ScriptContext['row'];
};

/** The rows carry `at` (ISO 8601 UTC) as their export time; the library gets the same time from `noteExported`. Throws
 *  `bad_input` (`too_large`) before anything is written. */
export async function exportSheet(
  library: Library,
  { format, path: sheet }: Target,
  at: string,
  report: Report,
): Promise<Exported> {
  const beside = writingPath(sheet);
  try {
    const exported = await readAll(library, { format, at }, report, async (tabs) => {
      if (format === 'csv') return writeFolder(beside, tabs);
      await writePacked(beside, tabs, format, new Date(at));
    });
    syncToDisk(beside);
    swapIn(sheet);
    return exported;
  } catch (error) {
    repairExport(sheet);
    throw nameFile(error, sheet);
  }
}

/** Writes the library to one file, a ZIP of CSV files or a workbook; its rows keep the export times of the library. Throws
 *  like `exportSheet`. */
export async function packLibrary(
  library: Library,
  { format, path: file }: Target,
  report: Report,
): Promise<Exported> {
  try {
    return await readAll(library, { format, at: null }, report, (tabs) =>
      writePacked(file, tabs, format, new Date()),
    );
  } catch (error) {
    fs.rmSync(file, { force: true });
    throw nameFile(error, file);
  }
}

/** `write` gets the tabs of one state of the library. Returns the keys of its rows. */
async function readAll(
  library: Library,
  options: { format: Format; at: string | null },
  { onRow, row }: Report,
  write: (tabs: readonly TabRows[]) => Promise<void>,
): Promise<Exported> {
  return library.readWhile(async () => {
    if (options.format === 'xlsx') assertFitsWorkbook(library, row);
    const { tabs, keys, close } = openExport(library, { ...options, onRow });
    try {
      await write(tabs);
    } finally {
      close();
    }
    return keys;
  });
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

/** The files of a sheet that are there, in the order of the tabs. */
export function listSheetFiles(sheet: string): SheetFile[] {
  const isFolder = fs.statSync(sheet, { throwIfNoEntry: false })?.isDirectory();
  const files = isFolder ? tabFiles.map((file) => path.join(sheet, file)) : [sheet];
  return files.flatMap((file) => {
    const stat = fs.statSync(file, { throwIfNoEntry: false });
    const name = path.basename(file);
    return stat?.isFile() ? [{ name, bytes: stat.size, modified_at: stat.mtime.toISOString() }] : [];
  });
}
