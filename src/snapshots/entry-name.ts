// The names that an entry of a snapshot ZIP may have: a member, as it was downloaded or as a program renamed it, a folder
// around the members, or a file that a desktop adds. Names are compared, never used as paths.
import { memberName } from './manifest.ts';

/** `name` is that of the member, without its folder; null for a folder, and for a file of a desktop, which is not read. */
export type EntryName = { name: string | null; folder: string; isFolder: boolean };

/** `raw`: the bytes of the name as Latin-1. Null for a name that no snapshot has. */
export function readEntryName(raw: string): EntryName | null {
  const path = raw.replaceAll('\\', '/').split('/');
  const isFolder = path.length > 1 && path.at(-1) === '';
  if (isFolder) path.pop();
  if (!path.every(isPlain)) return null;
  if (path[0] === finderFolder) {
    return path.length <= 3 && (isFolder || path.length > 1) ? { name: null, folder: '', isFolder } : null;
  }
  if (isFolder) return path.length === 1 ? { name: null, folder: path[0] as string, isFolder } : null;
  const base = path.pop() as string;
  const [folder = '', another] = path;
  if (another !== undefined) return null;
  if (desktopFile.test(base)) return { name: null, folder, isFolder };
  const name = base.toLowerCase().replace(copyMark, '');
  return memberName.test(name) ? { name, folder, isFolder } : null;
}

/** The Finder puts the attributes of all files there. */
const finderFolder = '__MACOSX';
const desktopFile = /^(?:\._[^/]*|\.ds_store|\.localized|\.directory|desktop\.ini|(?:eh)?thumbs\.db)$/i;
/** As browsers and file managers mark a second copy, before an ending. */
const copyMark = /(?: ?\(\d{1,3}\)| \d{1,2}| \(copy\)| copy(?: \d{1,2})?| - copy(?: \(\d{1,3}\))?)(?=\.|$)/;

/** The part of a path between two slashes. */
function isPlain(part: string): boolean {
  return part !== '.' && part !== '..' && /^[^\p{Cc}/\\:*?"<>|\x7f-\x9f]{1,100}$/u.test(part);
}
