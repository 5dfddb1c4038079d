// The library of a backup as the source of a restore: a copy in a temporary folder.
import fs from 'node:fs';
import path from 'node:path';
import type { Config } from '../core/config.ts';
import { AppError } from '../core/errors.ts';
import { copyFromBackup, type NamedBackup } from './copy-from-backup.ts';
import { readState } from './source-state.ts';

type Place = Pick<Config, 'root' | 'backupPath'>;

const prefix = 'restore-';

/** `file`: the copy. `state`: that of the file of the backup when it was copied. */
export type Source = { file: string; state: string };

/** Runs `work` with the copy, and removes it whatever happens. `jobId`: that of the restore, of which only one runs at a time.
 *  Throws the refusals of `copyFromBackup`, and `temporary` when the file was changed while it was copied. */
export async function withSource<T>(
  config: Place,
  { jobId, ...named }: NamedBackup & { jobId: string },
  work: (source: Source) => Promise<T>,
): Promise<T> {
  const parent = path.join(config.root, 'tmp');
  const folder = path.join(parent, `${prefix}${jobId.slice(0, 8) || 'by-hand'}`);
  removeLeft(parent);
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  try {
    const copy = path.join(folder, 'library.db');
    const state = await readState(config, named.backup);
    await copyFromBackup(config, named, 'library.db', copy);
    if ((await readState(config, named.backup)) !== state)
      throw new AppError('temporary', `${named.backup} was changed while it was read. Nothing was changed.`);
    return await work({ file: copy, state });
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
