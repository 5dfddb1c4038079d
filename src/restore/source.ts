// The library of a backup as the source of a restore: a copy beside, whose hash is compared with the manifest and which is
// brought to this version, so that a backup of an earlier version is a source, too. The backup itself is only read.
import fs from 'node:fs';
import path from 'node:path';
import { readManifest } from '../backup-store/manifest.ts';
import { hashFile, libraryFile, setFolder } from '../backup-store/set-files.ts';
import type { Config } from '../core/config.ts';
import { isDamaged } from '../core/db/check.ts';
import { prepareLibrary } from '../core/db/library.ts';
import { isNewer } from '../core/db/migrations.ts';
import { openDatabase, scriptBusyMs } from '../core/db/open.ts';
import { AppError, badInput } from '../core/errors.ts';
import { explain, nameFile } from '../core/faults.ts';

type Place = Pick<Config, 'root' | 'backupPath'>;

const prefix = 'restore-';

/** `sha256`: of its manifest, as the row of the backup has it; null for one that has none. */
export type NamedBackup = { backup: string; sha256: string | null };

/** Runs `work` with the copy, and removes it whatever happens. `jobId`: that of the restore, of which only one runs at a time.
 *  Throws `bad_input` with a sentence that names the file, for a backup that cannot be restored. */
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
    await copyLibrary(config, named, copy);
    prepareCopy(named.backup, copy);
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

async function copyLibrary(config: Place, { backup, sha256 }: NamedBackup, copy: string) {
  const file = libraryFile(config, backup);
  try {
    await fs.promises.copyFile(file, copy, fs.constants.COPYFILE_FICLONE);
    fs.chmodSync(copy, 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' && !fs.existsSync(file))
      throw refuse(backup, `${file} is not there any more`);
    throw nameFile(error, copy);
  }
  const folder = setFolder(config, backup);
  if (file === folder) return;
  const listed = filesOf(backup, folder, sha256).find(({ name }) => name === path.basename(file));
  if ((await hashFile(copy)) === listed?.sha256) return;
  throw refuse(backup, `${file} is not the file that its manifest describes: its SHA-256 differs`);
}

function filesOf(backup: string, folder: string, sha256: string | null) {
  try {
    return readManifest(folder, sha256).files;
  } catch (error) {
    throw refuse(backup, explain(error).replace(/\.$/, ''));
  }
}

function prepareCopy(backup: string, copy: string) {
  const its = (end: string) => refuse(backup, `its library ${end}`);
  if (isDamaged(copy)) throw its('is damaged');
  const opened = openDatabase(copy, { busyMs: scriptBusyMs, readonly: true });
  const isTooNew = isNewer(opened, 'library');
  opened.close();
  if (isTooNew) throw its('was written by a newer version of CHL Operations');
  try {
    prepareLibrary(copy).library.close();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw its(`cannot be brought to this version: ${explain(error).replace(copy, 'it').replace(/\.$/, '')}`);
  }
}

function refuse(backup: string, why: string): AppError {
  return badInput(
    'cannot_restore',
    `The backup ${backup} cannot be restored: ${why}. Nothing was written. Restore another backup.`,
  );
}
