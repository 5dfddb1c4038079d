// Reads a sheet of any kind into the rows of its tabs. Only a child process does this: the content of a sheet is untrusted.
import { AppError } from '../core/errors.ts';
import { hashFile, hashFolder, readFolder, type SheetContent } from './folder.ts';
import type { SheetPlace } from './location.ts';

type ReadOptions = {
  /** Judges the real path of each file, which may be a symbolic link. */
  mayRead: (realPath: string) => boolean;
  /** Receives the rows read so far. */
  onRead: (rows: number) => void;
};

/** Returns the rows of the tabs, and what is wrong with the sheet as a whole. Throws `bad_input` for a file that cannot be
 *  read at all. */
export async function readSheet(place: SheetPlace, { mayRead, onRead }: ReadOptions): Promise<SheetContent> {
  if (place.kind === 'folder' || place.kind === 'files') return readFolder(place.path, mayRead, onRead);
  throw new AppError('bad_input', `Sheets of the kind ${place.kind} cannot be read yet.`);
}

/** Returns the same hashes as `readSheet`, without blocking the event loop or holding a file in memory: one for each tab of a
 *  folder, one for a file. */
export async function hashSheet({ kind, path }: SheetPlace): Promise<string[]> {
  return kind === 'folder' || kind === 'files' ? hashFolder(path) : [await hashFile(path)];
}
