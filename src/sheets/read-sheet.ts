// Reads a sheet of any kind into the rows of its tabs. Only a child process does this: the content of a sheet is untrusted.
import { hashFolder, readFolder, type SheetContent } from './folder.ts';
import type { SheetPlace } from './location.ts';

type ReadOptions = {
  /** Judges the real path of each file, which may be a symbolic link. */
  mayRead: (realPath: string) => boolean;
  /** Receives the rows read so far. */
  onRead: (rows: number) => void;
};

/** Returns the rows of the tabs, and what is wrong with the sheet as a whole. */
export async function readSheet(place: SheetPlace, { mayRead, onRead }: ReadOptions): Promise<SheetContent> {
  return readFolder(place.path, mayRead, onRead);
}

/** Returns the same hashes as `readSheet`, without blocking the event loop or holding a file in memory. */
export async function hashSheet(place: SheetPlace): Promise<string[]> {
  return hashFolder(place.path);
}
