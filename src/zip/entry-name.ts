// Reads the names of a ZIP's entries. Names are compared, never used as paths.
import { isUtf8 } from 'node:buffer';
import { isDesktopFile } from './desktop-files.ts';

/** `name` identifies a member; null for a folder, and for a file that is not read, such as one of a desktop. */
export type EntryName = { name: string | null; folder: string; isFolder: boolean };

/** A ZIP does not say which encoding a name has that is not UTF-8. */
export function decodeName(bytes: Buffer): string {
  return isUtf8(bytes) ? bytes.toString() : bytes.toString('latin1').replace(/[\x80-\xff]/g, '\uFFFD');
}

/** The last part of the path, as it is written, and its folder. Null for a name that no ZIP of files needs. */
export function splitEntryName(text: string): EntryName | null {
  if (text === '') return null;
  const path = text.replaceAll('\\', '/').replace(fromHere, '').split('/');
  const isFolder = path.at(-1) === '';
  if (isFolder) path.pop();
  if (!path.every(isPlain)) return null;
  if (path.some(isDesktopFile)) return { name: null, folder: '', isFolder };
  if (isFolder) return { name: null, folder: path.join('/'), isFolder };
  const name = path.pop() ?? '';
  return { name, folder: path.join('/'), isFolder };
}

const fromHere = /^(?:\.?\/)+/;

/** The part of a path between two slashes. The Finder names the file of a folder's icon `Icon\r`. */
function isPlain(part: string): boolean {
  return part === 'Icon\r' || (part !== '.' && part !== '..' && /^[^\p{Cc}/\\:*?"<>|]{1,100}$/u.test(part));
}
