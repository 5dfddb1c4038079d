// The library of a backup as the source of a restore: a copy in a temporary folder.
import fs from 'node:fs';
import path from 'node:path';
import type { Config } from '../core/config.ts';
import { AppError } from '../core/errors.ts';
import { removeWorkFolder, workFolder } from '../backup-store/unfinished.ts';
import { copyFromBackup, type NamedBackup } from './copy-from-backup.ts';
import { readState } from './source-state.ts';

type Place = Pick<Config, 'root' | 'backupPath'>;

/** `file`: the copy. `state`: that of the file of the backup when it was copied. */
export type Source = { file: string; state: string };

/** Runs `work` with the copy, and removes it whatever happens. `jobId`: that of the restore, of which only one runs at a time.
 *  Throws the refusals of `copyFromBackup`, and `temporary` when the file was changed while it was copied. */
export async function withSource<T>(
  config: Place,
  { jobId, ...named }: NamedBackup & { jobId: string },
  work: (source: Source) => Promise<T>,
): Promise<T> {
  const folder = workFolder(config, 'restore', jobId);
  removeWorkFolder(folder);
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  try {
    const copy = path.join(folder, 'library.db');
    const state = await readState(config, named.backup);
    await copyFromBackup(config, named, 'library.db', copy);
    if ((await readState(config, named.backup)) !== state)
      throw new AppError('temporary', `${named.backup} was changed while it was read. Nothing was changed.`);
    return await work({ file: copy, state });
  } finally {
    removeWorkFolder(folder);
  }
}
