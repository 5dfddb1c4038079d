// The files of a sheet, by the facts that change when somebody edits one.
import fs from 'node:fs';
import path from 'node:path';
import { tabFiles } from './tabs.ts';

/** `modified_at`: ISO 8601 UTC. */
export type SheetFile = { name: string; bytes: number; modified_at: string };

/** `identity`: differs after every change, also one that keeps size and time. `changedMs`: the time of that change. */
export type FoundFile = SheetFile & { identity: string; changedMs: number };

/** The files that are there, in the order of the tabs: a workbook, or those of `names` in a folder. */
export function listSheetFiles(sheet: string, names: readonly string[] = tabFiles): SheetFile[] {
  const isFolder = fs.statSync(sheet, { throwIfNoEntry: false })?.isDirectory();
  const files = isFolder ? names.map((file) => path.join(sheet, file)) : [sheet];
  return files.flatMap((file) => {
    const stat = fs.statSync(file, { throwIfNoEntry: false });
    return stat?.isFile() ? [describe(file, stat)] : [];
  });
}

/** Returns the same as `listSheetFiles`, without blocking the event loop: the folder may be on a network. */
export async function findSheetFiles(sheet: string, names: readonly string[]): Promise<FoundFile[]> {
  const isFolder = (await statOf(sheet))?.isDirectory();
  const files = isFolder ? names.map((file) => path.join(sheet, file)) : [sheet];
  const stats = await Promise.all(files.map(statOf));
  return files.flatMap((file, at) => {
    const stat = stats[at];
    return stat?.isFile() ? [{ ...describe(file, stat), ...identify(stat) }] : [];
  });
}

async function statOf(file: string): Promise<fs.Stats | null> {
  try {
    return await fs.promises.stat(file);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

function describe(file: string, { size, mtime }: fs.Stats): SheetFile {
  return { name: path.basename(file), bytes: size, modified_at: mtime.toISOString() };
}

/** A file that is moved into place keeps its time of modification; its inode and its time of change tell. */
function identify({ dev, ino, mtimeMs, ctimeMs }: fs.Stats) {
  return { identity: `${dev}:${ino}:${ctimeMs}`, changedMs: Math.max(mtimeMs, ctimeMs) };
}

/** One text for the facts of all files. */
export function factsOf(files: readonly SheetFile[]): string {
  return files.map(({ name, bytes, modified_at }) => `${name} ${bytes} ${modified_at}`).join('\n');
}
