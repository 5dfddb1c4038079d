// Reads a sheet of any kind into the rows of its tabs. Only a child process does this: the content of a sheet is untrusted.
import type { GoogleAccess } from '../google/patient-fetch.ts';
import { hashFolder, readFolder } from './folder.ts';
import { hashFile } from './hash.ts';
import type { FilePlace, SheetPlace } from './location.ts';
import type { SheetContent } from './tab-readings.ts';
import { tabsNamed } from './tabs.ts';

type ReadOptions = {
  /** Judges the real path of each file, which may be a symbolic link. */
  mayRead: (realPath: string) => boolean;
  /** Receives the rows read so far. */
  onRead: (rows: number) => void;
  google: GoogleAccess;
};

/** Returns the rows of the tabs, and what is wrong with the sheet as a whole. Throws `bad_input` for a file that cannot be
 *  read at all. */
export async function readSheet(
  { kind, path, tabs: names = null }: SheetPlace,
  options: ReadOptions,
): Promise<SheetContent> {
  const tabs = tabsNamed(names);
  switch (kind) {
    case 'folder':
      return readFolder(path, { naming: 'own', tabs, ...options });
    case 'files':
      return readFolder(path, { naming: 'any', ...options });
    case 'zip':
      return (await import('./zip-sheet.ts')).readZipSheet(path, options.onRead);
    case 'google':
      return (await import('./google-sheet.ts')).readGoogleSheet(path, { tabs, ...options });
    case 'xlsx':
      return (await import('./xlsx/read-workbook.ts')).readWorkbook(path, options.onRead, tabs);
  }
}

/** Reads as much as is needed to judge the tabs and their headers. The hashes are of no use. */
export async function readSheetHead(place: SheetPlace, options: ReadOptions): Promise<SheetContent> {
  const { kind, path, tabs: names = null } = place;
  const tabs = tabsNamed(names);
  if (kind === 'folder') return readFolder(path, { naming: 'own', tabs, ...options, isHeadOnly: true });
  if (kind !== 'xlsx') return readSheet(place, options);
  return (await import('./xlsx/read-workbook.ts')).readWorkbook(path, options.onRead, tabs, maxHeadRows);
}

/** A tab may begin with empty rows. */
const maxHeadRows = 1000;

/** Returns the same hashes as `readSheet`, without blocking the event loop or holding a file in memory: one for each tab of a
 *  folder, one for a file. */
export async function hashSheet({ kind, path, tabs: names = null }: FilePlace): Promise<string[]> {
  if (kind === 'zip' || kind === 'xlsx') return [await hashFile(path)];
  return hashFolder(path, kind === 'files' ? 'any' : 'own', tabsNamed(names));
}
