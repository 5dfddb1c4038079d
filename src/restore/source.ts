// The library of a backup as the source of a restore: a copy in a temporary folder.
import fs from 'node:fs';
import path from 'node:path';
import type { Config } from '../core/config.ts';
import { copyFromBackup, type NamedBackup } from './copy-from-backup.ts';

type Place = Pick<Config, 'root' | 'backupPath'>;

const prefix = 'restore-';

/** Runs `work` with the copy, and removes it whatever happens. `jobId`: that of the restore, of which only one runs at a time.
 *  Throws the refusals of `copyFromBackup`. */
export async function withSource<T>(
  config: Place,
  { jobId, ...named }: NamedBackup & { jobId: string },
  work: (file: string) => Promise<T>,
): Promise<T> {
  const parent = path.join(config.root, 'tmp');
  const folder = path.join(parent, `${prefix}${jobId.slice(0, 8) || 'by-hand'}`);
  removeLeft(parent);
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  try {
    const copy = path.join(folder, 'library.db');
    await copyFromBackup(config, named, 'library.db', copy);
    return await work(copy);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** Removes what a killed restore has left. */
function removeLeft(parent: string) {
  const names = fs.existsSync(parent) ? fs.readdirSync(parent) : [];
  for (const name of names.filter((one) => one.startsWith(prefix)))
    fs.rmSync(path.join(parent, name), { recursive: true, force: true });
}
