// A database of a backup as a copy beside: its hash is compared with the manifest, its pages are checked, and it is brought to
// this version, so that a backup of an earlier version can be used, too. The backup itself is only read.
import fs from 'node:fs';
import path from 'node:path';
import type { Known } from '../backup-store/known.ts';
import { findProblem, lookAtFile } from '../backup-store/look-at-file.ts';
import { type Manifest, readManifest } from '../backup-store/manifest.ts';
import { isBlank } from '../backup-store/set-repository.ts';
import { hashFile, readCopyName, setFolder } from '../backup-store/set-files.ts';
import type { Config } from '../core/config.ts';
import { isDamaged } from '../core/db/check.ts';
import { prepareLibrary } from '../core/db/library.ts';
import { isNewer } from '../core/db/migrations.ts';
import { type Db, openDatabase, scriptBusyMs } from '../core/db/open.ts';
import { prepareOps } from '../core/db/ops.ts';
import { AppError, badInput } from '../core/errors.ts';
import { explain, nameFile } from '../core/faults.ts';
import { readChangeRecord } from '../library/change-record-repository.ts';

type Place = Pick<Config, 'backupPath'>;

/** `known`: null when ops.db does not have it, or cannot be read. */
export type NamedBackup = { backup: string; known: Known | null };

const databases = {
  'library.db': { what: 'library', kind: 'library', prepare: (file: string) => prepareLibrary(file).library },
  'ops.db': { what: 'ops.db', kind: 'ops', prepare: prepareOps },
} as const;
type Name = keyof typeof databases;

/** Returns when the backup was made. Throws `bad_input` with a sentence that names the file, for a backup that cannot be
 *  restored, and `not_found` for a name that no backup can have. */
export async function copyFromBackup(place: Place, named: NamedBackup, name: Name, copy: string) {
  const { folder, file: inFolder, bytes, madeAt, sha256 } = findFile(place, named, name);
  const file = path.join(folder, inFolder);
  const found =
    bytes === null
      ? await lookAtFile(folder, inFolder)
      : await findProblem(folder, { name: inFolder, bytes });
  if (typeof found === 'string') throw refuse(named.backup, file + found.replace(/\.$/, ''));
  try {
    await fs.promises.copyFile(file, copy, fs.constants.COPYFILE_FICLONE);
    fs.chmodSync(copy, 0o600);
  } catch (error) {
    throw nameFile(error, copy);
  }
  if (sha256 !== null && (await hashFile(copy)) !== sha256)
    throw refuse(named.backup, `${file} is not the file that its manifest describes: its SHA-256 differs`);
  prepareCopy(named.backup, name, copy);
  return madeAt;
}

/** `sha256`: of the file; null for the copy of a library, which has no manifest. `bytes`: null where nothing says how many. */
function findFile(place: Place, { backup, known }: NamedBackup, name: Name) {
  const single = readCopyName(backup);
  if (single) {
    const copy = { folder: place.backupPath, file: backup, madeAt: single.at, sha256: null };
    if (name === 'library.db') return { ...copy, bytes: known?.bytes ?? null };
    throw refuse(backup, 'it is a copy of the library alone, which has no ops.db');
  }
  const { files, made_at: madeAt } = readListed(place, backup, known?.sha256 ?? null);
  const listed = files.find((one) => one.name === name);
  if (!listed) throw refuse(backup, `it has no ${name}`);
  const { bytes, sha256 } = listed;
  return { folder: setFolder(place, backup), file: name, madeAt, sha256, bytes };
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
  const isEmpty = isBlank(opened);
  const isOther = !isCopyOf(backup, opened);
  opened.close();
  // It would be taken for a new database.
  if (isEmpty) throw its('has no tables');
  if (isOther) throw its('is the copy before another job');
  if (isTooNew) throw its('was written by a newer version of CHL Operations');
  try {
    prepare(copy).close();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw its(`cannot be brought to this version: ${explain(error).replace(copy, 'it').replace(/\.$/, '')}`);
  }
}

/** Also true for a set, and for a copy that does not say which job changed the library. */
function isCopyOf(backup: string, library: Db): boolean {
  const named = readCopyName(backup);
  const recorded = named && readChangeRecord(library);
  return !recorded || named.job === 'by-hand' || recorded.jobId.startsWith(named.job);
}

function refuse(backup: string, why: string): AppError {
  const message = `The backup ${backup} cannot be restored: ${why}. Nothing was changed.`;
  return badInput('cannot_restore', message);
}
