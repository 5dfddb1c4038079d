// Decides what an export may replace: a sheet, or nothing. Each reason follows the path of the sheet.
import fs from 'node:fs';
import { isDesktopFile } from '../zip/desktop-files.ts';
import { formatList } from '../core/format.ts';
import { workbookSignature } from '../csv/file-format.ts';
import { isReserved, isWorkbookPath, previousPath, writingPath } from './swap.ts';
import { tabFiles } from './tabs.ts';

/** Returns null when a sheet may be written to this path. `files`: of its tabs. */
export function whyNotReplaceable(sheet: string, files = tabFiles): string | null {
  if (isReserved(sheet))
    return 'is reserved for exports. Choose a name that does not end in .previous or .writing.';
  const whyNot = isWorkbookPath(sheet) ? whyNotAWorkbook : whyNotAFolder;
  return (
    whyNot(sheet, 'is', files) ??
    whyNot(previousPath(sheet), 'has a previous version that is', files) ??
    whyNot(writingPath(sheet), 'has an unfinished version that is', files)
  );
}

/** A sheet may be a folder of tabs and desktop files only, an empty folder, or not there yet. */
function whyNotAFolder(folder: string, subject: string, files: readonly string[]): string | null {
  const stat = fs.lstatSync(folder, { throwIfNoEntry: false });
  if (!stat) return null;
  if (!stat.isDirectory()) return `${subject} a file, not a folder. Choose a folder for the sheet.`;
  const others = fs
    .readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !entry.isFile() || !files.includes(entry.name))
    .map((entry) => entry.name)
    .filter((name) => !isDesktopFile(name));
  if (others.length === 0) return null;
  return `${subject} not a sheet: it also holds ${formatList(others.slice(0, 5))}. Move those files, or choose another folder.`;
}

/** An export that died may have left an empty file. */
function whyNotAWorkbook(file: string, subject: string): string | null {
  const stat = fs.lstatSync(file, { throwIfNoEntry: false });
  if (!stat) return null;
  if (!stat.isFile()) return `${subject} not a file. Choose a file for the workbook.`;
  if (stat.size === 0 || workbookSignature.test(readStart(file))) return null;
  return `${subject} not a workbook, by its first bytes. Move that file, or choose another name.`;
}

/** Reads the first bytes as Latin-1. */
function readStart(file: string): string {
  const fd = fs.openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(4096);
    return bytes.toString('latin1', 0, fs.readSync(fd, bytes));
  } finally {
    fs.closeSync(fd);
  }
}
