// Backups that are being made or removed, under hidden names beside the others. No other program writes such names.
import fs from 'node:fs';
import path from 'node:path';
import type { Config } from '../core/config.ts';
import { isBackupName, setFolder } from './set-files.ts';

type Place = Pick<Config, 'backupPath'>;

/** Matches unfinished sets, and unfinished copies with the files that SQLite adds. */
const unfinished = /^\.(.+)\.partial(?:-journal|-wal|-shm)?$/;
const removed = /^\.(.+)\.removed$/;
/** A file that somebody still reads may come back under another name for a moment on a network disk. */
const gone = { recursive: true, force: true, maxRetries: 5 };

/** The path of a backup until it is finished. */
export function partialPath({ backupPath }: Place, id: string): string {
  return path.join(backupPath, `.${id}.partial`);
}

/** Removes the files of a backup for good. They leave their name in one step, so no half of a backup is ever listed; false when
 *  somebody has removed them before. */
export async function removeBackup(place: Place, id: string): Promise<boolean> {
  const doomed = path.join(place.backupPath, `.${id}.removed`);
  await fs.promises.rm(doomed, gone);
  try {
    await fs.promises.rename(setFolder(place, id), doomed);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  await fs.promises.rm(doomed, gone);
  return true;
}

/** Removes what a killed process left, and nothing that others have put there. Only while no job makes a backup. */
export function removeUnfinished(place: Place) {
  for (const left of listHidden(place, unfinished)) fs.rmSync(left, gone);
}

/** Removes what was to be removed when the process was killed. */
export function removeRemoved(place: Place) {
  for (const left of listHidden(place, removed)) fs.rmSync(left, gone);
}

/** The paths of what is not finished. */
export const listUnfinished = (place: Place): string[] => listHidden(place, unfinished);

function listHidden({ backupPath }: Place, pattern: RegExp): string[] {
  if (!fs.existsSync(backupPath)) return [];
  const isOurs = (name: string) => isBackupName(pattern.exec(name)?.[1] ?? '');
  return fs.readdirSync(backupPath).flatMap((name) => (isOurs(name) ? path.join(backupPath, name) : []));
}
