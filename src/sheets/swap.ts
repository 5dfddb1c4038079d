// Replaces a sheet, a folder or a workbook, with a complete new one by two renames, and keeps the old one beside it. A process
// that dies between the renames leaves no sheet there; `repairExport` then restores the old one.
import fs from 'node:fs';
import path from 'node:path';
import { syncToDisk } from '../core/sync-to-disk.ts';
import { removeDesktopFiles } from './desktop-files.ts';
import { tabFiles } from './tabs.ts';

/** It stays last in the names below, so that programs open a previous workbook, too. */
export const workbookEnding = '.xlsx';

export function isWorkbookPath(sheet: string): boolean {
  return sheet.toLowerCase().endsWith(workbookEnding);
}

/** The path of a new sheet: beside the old one, so that a rename is enough. */
export function writingPath(sheet: string): string {
  return withSuffix(sheet, '.writing');
}

/** `review.previous`, `review.previous.xlsx` */
export function previousPath(sheet: string): string {
  return withSuffix(sheet, '.previous');
}

/** Whether the name of a sheet is one of the names above. */
export function isReserved(sheet: string): boolean {
  return /\.(previous|writing)$/.test(stemOf(sheet));
}

/** Expects `writingPath(sheet)` complete and synced. `files`: of its tabs. */
export function swapIn(sheet: string, files = tabFiles) {
  const parent = path.dirname(sheet);
  if (fs.existsSync(sheet)) {
    removeSheet(previousPath(sheet), files);
    fs.renameSync(sheet, previousPath(sheet));
    syncToDisk(parent);
  }
  fs.renameSync(writingPath(sheet), sheet);
  syncToDisk(parent);
}

/** The sheets of a folder that an export has left unfinished. */
export function findUnfinished(folder: string): string[] {
  const names = fs.existsSync(folder) ? fs.readdirSync(folder) : [];
  const sheets = names.map((name) => path.join(folder, name.replace(/\.writing(?=(\.xlsx)?$)/i, '')));
  return sheets.filter((sheet, at) => path.basename(sheet) !== names[at]);
}

/** Cleans up after an export that died; returns whether there was one. No export to this sheet may be running. */
export function repairExport(sheet: string, files = tabFiles): boolean {
  const isUnfinished = fs.existsSync(writingPath(sheet));
  const isSwappedOut = !fs.existsSync(sheet) && fs.existsSync(previousPath(sheet));
  if (isSwappedOut && isUnfinished) fs.renameSync(previousPath(sheet), sheet);
  if (isUnfinished) {
    removeSheet(writingPath(sheet), files);
    syncToDisk(path.dirname(sheet));
  }
  return isUnfinished;
}

/** Throws rather than remove a folder that holds other files. */
function removeSheet(sheet: string, files: readonly string[]) {
  const stat = fs.lstatSync(sheet, { throwIfNoEntry: false });
  if (!stat) return;
  if (!stat.isDirectory()) return fs.rmSync(sheet);
  for (const file of files) fs.rmSync(path.join(sheet, file), { force: true });
  removeDesktopFiles(sheet);
  fs.rmdirSync(sheet);
}

function withSuffix(sheet: string, suffix: string): string {
  const stem = stemOf(sheet);
  return stem + suffix + sheet.slice(stem.length);
}

function stemOf(sheet: string): string {
  return isWorkbookPath(sheet) ? sheet.slice(0, -workbookEnding.length) : sheet;
}
