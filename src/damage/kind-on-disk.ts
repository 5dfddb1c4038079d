// Why SQLite cannot read or write a file, from the state of its disk: a full or read-only one often shows as another error. Only
// asks the system about names, because opening and closing a database drops SQLite's locks on it.
import fs from 'node:fs';
import path from 'node:path';

/** SQLite needs at least this much to open a database: the file of its shared memory. */
const fullBytes = 64 * 1024;
const vague = ['IOERR', 'CANTOPEN', 'READONLY', 'PERM', 'AUTH'];

/** `kind`: the second word of SQLite's code. Returns `FULL`, `ROFS` (a read-only disk), `READONLY` (permissions), `GONE` (no such
 *  folder), or `kind`. */
export function kindOnDisk(kind: string, file: string): string {
  if (!vague.includes(kind)) return kind;
  const folder = path.dirname(file);
  const refusals = [folder, file, `${file}-wal`].map(refusalOf);
  if (refusals[0] === 'ENOENT') return 'GONE';
  if (refusals.includes('EROFS')) return 'ROFS';
  if (refusals.some((code) => code === 'EACCES' || code === 'EPERM')) return 'READONLY';
  return kind !== 'READONLY' && hasRoom(folder) === false ? 'FULL' : kind;
}

function refusalOf(file: string): string | undefined {
  try {
    fs.accessSync(file, fs.constants.R_OK | fs.constants.W_OK);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
}

function hasRoom(folder: string): boolean {
  const { bavail, bsize } = fs.statfsSync(folder);
  return bavail * bsize >= fullBytes;
}
