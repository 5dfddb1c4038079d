// The names that an entry of a snapshot ZIP may have: a member, as it was downloaded or as a program renamed it, folders around
// the members, or a file that a desktop adds. Names are compared, never used as paths.
import { isUtf8 } from 'node:buffer';
import { isDesktopFile } from '../core/desktop-files.ts';
import { memberName } from './manifest.ts';

/** `name` is that of the member, without its folders; null for a folder, and for a file of a desktop, which is not read. */
export type EntryName = { name: string | null; folder: string; isFolder: boolean };

/** A ZIP does not say which encoding a name has that is not UTF-8. */
export function decodeName(bytes: Buffer): string {
  return isUtf8(bytes) ? bytes.toString() : bytes.toString('latin1').replace(/[\x80-\xff]/g, '\uFFFD');
}

/** Null for a name that no snapshot has. */
export function readEntryName(text: string): EntryName | null {
  if (text === '') return null;
  const path = text.replaceAll('\\', '/').replace(fromHere, '').split('/');
  const isFolder = path.at(-1) === '';
  if (isFolder) path.pop();
  if (!path.every(isPlain)) return null;
  if (path.some(isDesktopFile)) return { name: null, folder: '', isFolder };
  if (isFolder) return { name: null, folder: path.join('/'), isFolder };
  const name = path.pop()?.toLowerCase().replace(copyMarks, '') ?? '';
  return memberName.test(name) ? { name, folder: path.join('/'), isFolder } : null;
}

const fromHere = /^(?:\.?\/)+/;
/** The marks of a copy that browsers, file managers and file services add before the name or before its ending. */
const copyMarks = /^.* (?=manifest\b|unified_)|[ ([][^.]*(?=\.|$)|\.txt$/g;

/** The part of a path between two slashes. The Finder names the file of a folder's icon `Icon\r`. */
function isPlain(part: string): boolean {
  return part === 'Icon\r' || (part !== '.' && part !== '..' && /^[^\p{Cc}/\\:*?"<>|]{1,100}$/u.test(part));
}
