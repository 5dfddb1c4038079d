// Writes the library to a sheet, from one state of it, beside the old sheet; then swaps it in.
import fs from 'node:fs';
import { nameFile } from '../core/faults.ts';
import { syncToDisk } from '../core/sync-to-disk.ts';
import type { TabNames } from '../core/sheet-source.ts';
import type { ScriptContext } from '../jobs/script.ts';
import type { Counts, Library } from '../library/repository.ts';
import { entryKinds, kinds } from '../library/rules.ts';
import { type Exported, type Format, openExport, type TabRows, type TargetFormat } from './exported-rows.ts';
import { assertFits } from './limits.ts';
import { writeFolder, writePacked } from './sheet-files.ts';
import { hashSheet } from '../sheets/read-sheet.ts';
import { repairExport, swapIn, writingPath } from '../sheets/swap.ts';
import { type Tab, filesNamed, tabs as usualTabs, tabsNamed } from '../sheets/tabs.ts';

/** A folder of CSV files, or a workbook; `openTarget` has allowed its path. `tabs`: how they are named there. */
export type Target = { format: Format; path: string; tabs: TabNames | null };

/** A Google spreadsheet with this id. */
export type GoogleTarget = { format: 'google'; id: string; tabs: TabNames | null };

/** The spreadsheet in the result of an export. */
export type ExportedSpreadsheet = { title: string; url: string };

/** The keys of the rows, and the hashes of the sheet as `readSheet` gives them. */
export type Written = { exported: Exported; hashes: string[] };

export type Report = {
  /** Receives the number of rows written so far. */
  onRow: (rows: number) => void;
  /** Receives each text that the sheet cannot hold. */
  row: ScriptContext['row'];
};

/** The rows carry `at` (ISO 8601 UTC) as their export time; the library gets the same time from `noteExported`. Throws
 *  `bad_input` (`too_large`) before anything is written. */
export async function exportSheet(
  library: Library,
  { format, path: sheet, tabs: names }: Target,
  at: string,
  report: Report,
): Promise<Written> {
  const beside = writingPath(sheet);
  const named = tabsNamed(names);
  try {
    const exported = await readAll(library, { format, tabs: named, at }, report, async (tabs) => {
      if (format === 'csv') return writeFolder(beside, tabs);
      await writePacked(beside, tabs, format, new Date(at));
    });
    syncToDisk(beside);
    const written = { kind: format === 'xlsx' ? 'xlsx' : 'folder', path: beside, tabs: names } as const;
    const hashes = await hashSheet(written);
    swapIn(sheet, filesNamed(names));
    return { exported, hashes };
  } catch (error) {
    const cause = nameFile(error, sheet);
    try {
      repairExport(sheet, filesNamed(names));
    } catch (left) {
      console.error(`The unfinished sheet could not be removed: ${String(left)}`);
    }
    throw cause;
  }
}

/** Writes the library to one file, a ZIP of CSV files or a workbook; its rows keep the export times of the library. Throws
 *  like `exportSheet`. */
export async function packLibrary(
  library: Library,
  { format, path: file }: Pick<Target, 'format' | 'path'>,
  report: Report,
): Promise<Exported> {
  try {
    return await readAll(library, { format, tabs: usualTabs, at: null }, report, (tabs) =>
      writePacked(file, tabs, format, new Date()),
    );
  } catch (error) {
    fs.rmSync(file, { force: true });
    throw nameFile(error, file);
  }
}

/** `write` gets the tabs of one state of the library. Returns the keys of its rows. */
export async function readAll(
  library: Library,
  options: { format: TargetFormat; tabs: readonly Tab[]; at: string | null },
  { onRow, row }: Report,
  write: (tabs: readonly TabRows[]) => Promise<void>,
): Promise<Exported> {
  return library.readWhile(async () => {
    assertFits(library, options.format, row);
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

/** The rows of an export, and the entries that it leaves out. */
export function countLeaving(
  library: Pick<Library, 'counts' | 'localCounts'>,
): Counts & { left_out: number } {
  const all = library.counts();
  const local = library.localCounts();
  return {
    categories: all.categories,
    experiences: all.experiences - local.experiences,
    manuals: all.manuals - local.manuals,
    left_out: local.experiences + local.manuals,
  };
}

export function countExported(exported: Exported): Counts {
  const [categories = 0, experiences = 0, manuals = 0] = kinds.map((kind) => exported[kind].length);
  return { categories, experiences, manuals };
}
