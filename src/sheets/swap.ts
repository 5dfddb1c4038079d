// Replaces a sheet's folder with a complete new one by two renames, and keeps the old one as `<name>.previous`. A process
// that dies between the renames leaves no folder there; `repairExport` then restores the old one.
import fs from 'node:fs';
import path from 'node:path';
import { syncToDisk } from '../core/sync-to-disk.ts';
import { removeDesktopFiles } from './desktop-files.ts';
import { tabFiles } from './tabs.ts';

/** Where a new sheet is written: beside its folder, so that a rename is enough. */
export function writingFolder(folder: string): string {
  return `${folder}.writing`;
}

export function previousFolder(folder: string): string {
  return `${folder}.previous`;
}

/** Expects `writingFolder(folder)` complete and synced. */
export function swapIn(folder: string) {
  const parent = path.dirname(folder);
  if (fs.existsSync(folder)) {
    removeSheet(previousFolder(folder));
    fs.renameSync(folder, previousFolder(folder));
    syncToDisk(parent);
  }
  fs.renameSync(writingFolder(folder), folder);
  syncToDisk(parent);
}

/** Cleans up after an export that died; returns whether there was one. No export to this folder may be running. */
export function repairExport(folder: string): boolean {
  const isUnfinished = fs.existsSync(writingFolder(folder));
  const isSwappedOut = !fs.existsSync(folder) && fs.existsSync(previousFolder(folder));
  if (isSwappedOut && isUnfinished) fs.renameSync(previousFolder(folder), folder);
  if (isUnfinished) {
    removeSheet(writingFolder(folder));
    syncToDisk(path.dirname(folder));
  }
  return isUnfinished;
}

/** Throws rather than remove a folder that holds other files. */
function removeSheet(folder: string) {
  if (!fs.existsSync(folder)) return;
  for (const file of tabFiles) fs.rmSync(path.join(folder, file), { force: true });
  removeDesktopFiles(folder);
  fs.rmdirSync(folder);
}
