// The files of a sheet, by the facts that change when somebody edits one.
import fs from 'node:fs';
import path from 'node:path';
import { tabFiles } from './tabs.ts';

/** `modified_at`: ISO 8601 UTC. */
export type SheetFile = { name: string; bytes: number; modified_at: string };

/** The files that are there, in the order of the tabs: a workbook, or those of `names` in a folder. */
export function listSheetFiles(sheet: string, names: readonly string[] = tabFiles): SheetFile[] {
  const isFolder = fs.statSync(sheet, { throwIfNoEntry: false })?.isDirectory();
  const files = isFolder ? names.map((file) => path.join(sheet, file)) : [sheet];
  return files.flatMap((file) => {
    const stat = fs.statSync(file, { throwIfNoEntry: false });
    const name = path.basename(file);
    return stat?.isFile() ? [{ name, bytes: stat.size, modified_at: stat.mtime.toISOString() }] : [];
  });
}

/** One text for the facts of all files. */
export function factsOf(files: readonly SheetFile[]): string {
  return files.map(({ name, bytes, modified_at }) => `${name} ${bytes} ${modified_at}`).join('\n');
}
