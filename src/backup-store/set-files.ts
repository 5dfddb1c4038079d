// The paths of backups, and the contents of their folder. Files of backups are never open as databases of the server, so
// they may be read; copies that people have put beside them have other names.
import fs from 'node:fs';
import path from 'node:path';
import type { Config } from '../core/config.ts';
import { AppError } from '../core/errors.ts';
import type { BackupKind } from './backup.ts';

export { hashFile } from './hash.ts';

type Place = Pick<Config, 'backupPath'>;

/** `20261128T020000Z-1117`, `20261128T020000Z-by-hand`, `before-0.2.0`, `before-0.2.0-2`. */
const setName = /^(?:\d{8}T\d{6}Z-(?:\d+|by-hand)|before-\d[\w.+]*(?:-\d+)?)$/;
const jobSet = /^\d{8}T\d{6}Z-/;
/** Matches the copy of the library that is made before a job changes it. */
const copyName = /^library-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d\.\d{3})Z-([\w-]+)\.db$/;

/** Whether a backup of any kind may have this name. */
export const isBackupName = (name: string): boolean => setName.test(name) || copyName.test(name);

/** The kind of backup that has this name. */
export function kindOf(id: string): BackupKind {
  if (copyName.test(id)) return 'before_import';
  return jobSet.test(id) ? 'full' : 'before_update';
}

/** The folder of a set, or the file of a copy before an import. Throws `not_found` for an id that no backup can have. */
export function setFolder({ backupPath }: Place, id: string): string {
  if (isBackupName(id)) return path.join(backupPath, id);
  throw new AppError('not_found', `There is no backup ${JSON.stringify(id.slice(0, 80))}.`);
}

/** The path of a file of a set, such as `index/….index`. */
export function setFile(place: Place, id: string, name: string): string {
  return path.join(setFolder(place, id), name);
}

/** The library in a backup of any kind. */
export function libraryFile(place: Place, id: string): string {
  return copyName.test(id) ? setFolder(place, id) : setFile(place, id, 'library.db');
}

/** The time at which a copy before an import was made, and the first characters of the id of its job; null for the name of
 *  anything else. */
export function readCopyName(id: string): { at: string; job: string } | null {
  const [, year, month, day, hour, minute, second, job = ''] = copyName.exec(id) ?? [];
  return year === undefined ? null : { at: `${year}-${month}-${day}T${hour}:${minute}:${second}Z`, job };
}

/** The ids of the backups in the folder; `sets` are folders, `copies` are files. */
export async function listBackups({ backupPath }: Place): Promise<{ sets: string[]; copies: string[] }> {
  const entries = await fs.promises.readdir(backupPath, { withFileTypes: true }).catch(noneIfMissing);
  const sets = entries.filter((entry) => entry.isDirectory() && setName.test(entry.name));
  const copies = entries.filter((entry) => entry.isFile() && copyName.test(entry.name));
  return { sets: sets.map(({ name }) => name), copies: copies.map(({ name }) => name) };
}

/** The names of the sets that jobs have made, oldest first. */
export const listSets = (place: Place) => listNames(place, (name) => jobSet.test(name));

/** The names of the copies before imports, oldest first. */
export const listCopies = (place: Place) => listNames(place, (name) => copyName.test(name));

/** A name begins with the time of its backup. */
function listNames({ backupPath }: Place, isWanted: (name: string) => boolean): string[] {
  return fs.existsSync(backupPath) ? fs.readdirSync(backupPath).filter(isWanted).sort() : [];
}

function noneIfMissing(error: NodeJS.ErrnoException): fs.Dirent[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}
