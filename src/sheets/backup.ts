// Backs up the library before a job changes it, while other programs keep using it. A backup holds the record of what the job
// changes, which an undo needs; only the newest backups are kept.
import fs from 'node:fs';
import path from 'node:path';
import type { Config } from '../core/config.ts';
import { scriptBusyMs } from '../core/db/open.ts';
import { readFrom } from '../core/db/read-from.ts';
import { nameFile } from '../core/faults.ts';
import { syncToDisk } from '../core/sync-to-disk.ts';
import { createBackupRepository } from '../backup-store/backup-repository.ts';
import { copyDatabase } from '../backup-store/copy-database.ts';
import { newestFirst } from '../backup-store/newest-first.ts';
import { listCopies, readCopyName, setFolder } from '../backup-store/set-files.ts';
import { partialPath } from '../backup-store/unfinished.ts';
import { type Change, writeChangeRecord } from '../library/change-record-repository.ts';

type Place = Pick<Config, 'backupPath'>;
type Limits = Pick<Config, 'importBackups' | 'importBackupsMaxBytes'>;

/** A backup holds the library before `job` makes `changes`. `now`: ISO 8601 UTC. */
type Backup = { job: { id: string; operation: string }; changes: Iterable<Change>; now: string };

/** Returns the name of the backup in the folder of backups. `onCopied` receives the share copied so far, from 0 to 1. */
export async function backupLibrary(
  config: Config,
  { job, changes, now }: Backup,
  onCopied: (share: number) => void,
): Promise<string> {
  const folder = config.backupPath;
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const name = `library-${now.replace(/[-:]/g, '')}-${job.id.slice(0, 8) || 'by-hand'}.db`;
  const file = partialPath(config, name);
  try {
    await copyDatabase(config.databasePath, file, { busyMs: scriptBusyMs, onCopied });
    writeChangeRecord(file, job, changes);
    syncToDisk(file);
    fs.renameSync(file, path.join(folder, name));
  } catch (error) {
    fs.rmSync(file, { force: true });
    throw nameFile(error, path.join(folder, name));
  }
  syncToDisk(folder);
  return name;
}

/** Removes the backup of a run that compares again, because the library has changed since. */
export function removeBackup(config: Config, name: string) {
  fs.rmSync(backupFile(config, name));
}

export function backupFile(config: Place, name: string): string {
  return path.join(config.backupPath, name);
}

/** Returns the names of the backups that are kept. */
export const listBackups = listCopies;

/** Removes the oldest backups beyond the configured number and size; the newest always stays, and so does each that a person has
 *  marked to keep. `now`: when the newest was made; those dated later, by a clock that was wrong, count as the oldest. Returns
 *  the removed names. */
export function sweepBackups(config: Place & Limits, kept: ReadonlySet<string>, now: Date): string[] {
  const found = listCopies(config).flatMap((name) => {
    const stat = kept.has(name)
      ? undefined
      : fs.lstatSync(setFolder(config, name), { throwIfNoEntry: false });
    const at = readCopyName(name)?.at;
    return at !== undefined && stat?.isFile() ? [{ name, at, size: stat.size }] : [];
  });
  let bytes = 0;
  const old = newestFirst(found, now).filter(({ size }, at) => {
    bytes += size;
    return at > 0 && (at >= config.importBackups || bytes > config.importBackupsMaxBytes);
  });
  for (const { name } of old) fs.rmSync(setFolder(config, name));
  return old.map(({ name }) => name);
}

/** The names of the backups that people have marked to keep, for a process without a server around it. */
export function readKept({ opsDatabasePath }: Pick<Config, 'opsDatabasePath'>): Set<string> {
  return readFrom(opsDatabasePath, (ops) => createBackupRepository(ops).kept()) ?? new Set();
}
