// A database of a backup as a copy beside: its hash is compared with the manifest, its pages are checked, and it is brought to
// this version, so that a backup of an earlier version can be used, too. The backup itself is only read.
import fs from 'node:fs';
import { type Manifest, readManifest } from '../backup-store/manifest.ts';
import { hashFile, libraryFile, readCopyName, setFile, setFolder } from '../backup-store/set-files.ts';
import type { Config } from '../core/config.ts';
import { isDamaged } from '../core/db/check.ts';
import { prepareLibrary } from '../core/db/library.ts';
import { isNewer } from '../core/db/migrations.ts';
import { openDatabase, scriptBusyMs } from '../core/db/open.ts';
import { prepareOps } from '../core/db/ops.ts';
import { AppError, badInput } from '../core/errors.ts';
import { explain, nameFile } from '../core/faults.ts';

type Place = Pick<Config, 'backupPath'>;

/** `sha256`: of its manifest, as the row of the backup has it; null for one that has none. */
export type NamedBackup = { backup: string; sha256: string | null };

const databases = {
  'library.db': { what: 'library', kind: 'library', prepare: (file: string) => prepareLibrary(file).library },
  'ops.db': { what: 'ops.db', kind: 'ops', prepare: prepareOps },
} as const;
type Name = keyof typeof databases;

/** Returns when the backup was made. Throws `bad_input` with a sentence that names the file, for a backup that cannot be
 *  restored, and `not_found` for a name that no backup can have. */
export async function copyFromBackup(place: Place, named: NamedBackup, name: Name, copy: string) {
  const { file, madeAt, sha256 } = findFile(place, named, name);
  try {
    await fs.promises.copyFile(file, copy, fs.constants.COPYFILE_FICLONE);
    fs.chmodSync(copy, 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' && !fs.existsSync(file))
      throw refuse(named.backup, `${file} is not there any more`);
    throw nameFile(error, copy);
  }
  if (sha256 !== null && (await hashFile(copy)) !== sha256)
    throw refuse(named.backup, `${file} is not the file that its manifest describes: its SHA-256 differs`);
  prepareCopy(named.backup, name, copy);
  return madeAt;
}

/** `sha256`: of the file; null for the copy of a library, which has no manifest. */
function findFile(place: Place, { backup, sha256 }: NamedBackup, name: Name) {
  const single = readCopyName(backup);
  if (single) {
    if (name === 'library.db') return { file: libraryFile(place, backup), madeAt: single.at, sha256: null };
    throw refuse(backup, 'it is a copy of the library alone, which has no ops.db');
  }
  const { files, made_at: madeAt } = readListed(place, backup, sha256);
  const listed = files.find((one) => one.name === name);
  if (!listed) throw refuse(backup, `it has no ${name}`);
  return { file: setFile(place, backup, name), madeAt, sha256: listed.sha256 };
}

function readListed(place: Place, backup: string, sha256: string | null): Manifest {
  try {
    return readManifest(setFolder(place, backup), sha256);
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') throw error;
    throw refuse(backup, explain(error).replace(/\.$/, ''));
  }
}

function prepareCopy(backup: string, name: Name, copy: string) {
  const { what, kind, prepare } = databases[name];
  const its = (end: string) => refuse(backup, `its ${what} ${end}`);
  if (isDamaged(copy)) throw its('is damaged');
  const opened = openDatabase(copy, { busyMs: scriptBusyMs, readonly: true });
  const isTooNew = isNewer(opened, kind);
  opened.close();
  if (isTooNew) throw its('was written by a newer version of CHL Operations');
  try {
    prepare(copy).close();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw its(`cannot be brought to this version: ${explain(error).replace(copy, 'it').replace(/\.$/, '')}`);
  }
}

function refuse(backup: string, why: string): AppError {
  const message = `The backup ${backup} cannot be restored: ${why}. Nothing was changed. Restore another backup.`;
  return badInput('cannot_restore', message);
}
