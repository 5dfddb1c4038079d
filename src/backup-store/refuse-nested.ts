// Refuses a folder of backups inside a folder that the server cleans or writes itself: it would remove backups, or take them for
// files of its own.
import fs from 'node:fs';
import path from 'node:path';
import type { Config } from '../core/config.ts';
import { AppError } from '../core/errors.ts';
import { existing } from './free-space.ts';

const ownFolders = ['exports', 'logs', 'plans', 'secrets', 'sheets', 'tmp', 'uploads'];

/** Throws `config`. */
export function refuseNested({
  backupPath,
  indexFolder,
  root,
}: Pick<Config, 'backupPath' | 'indexFolder' | 'root'>) {
  const place = realPathOf(backupPath);
  const own = ownFolders.map((name) => path.join(root, name));
  // An index may be beside everything else.
  const all = isInside(realPathOf(indexFolder), realPathOf(root)) ? own : [...own, indexFolder];
  const taken = all.find((folder) => isInside(realPathOf(folder), place));
  if (taken === undefined) return;
  const where = taken === backupPath ? 'where' : `which is inside ${taken}, where`;
  const message = `CHL_BACKUP_PATH is ${JSON.stringify(backupPath)}, ${where} the server writes and removes files of its own. Set it to another folder, best on another disk.`;
  throw new AppError('config', message);
}

/** Also for a folder that does not exist yet. */
function realPathOf(folder: string): string {
  const there = existing(folder);
  return path.join(fs.realpathSync(there), path.relative(there, folder));
}

function isInside(folder: string, place: string): boolean {
  return `${place}/`.startsWith(`${folder}/`);
}
