// Backs up the library before a job changes it, while other programs keep using it. A backup holds the record of what the job
// changes, which an undo needs; only the newest backups are kept.
import fs from 'node:fs';
import path from 'node:path';
import type { Config } from '../core/config.ts';
import { type Db, openDatabase, scriptBusyMs } from '../core/db/open.ts';
import { nameFile } from '../core/faults.ts';
import { syncToDisk } from '../core/sync-to-disk.ts';
import { copyDatabase } from '../backup-store/copy-database.ts';
import { newestFirst } from '../backup-store/newest-first.ts';
import { createRemoval } from '../backup-store/removal.ts';
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

/** Removes the oldest backups beyond the configured number and size. The newest always stays, and so does each that a
 *  person has marked to keep, that a job uses, or that has no row: an ops.db that is new does not know which ones were
 *  kept. `now`: when the newest was made; those dated later, by a clock that was wrong, count as the oldest. Returns the
 *  removed names, or throws once all but those that cannot be removed are gone. */
export function sweepBackups(config: Place & Limits, ops: Db, now: Date): string[] {
  const found = findFiles(config);
  if (findOld(config, found, now).length === 0) return [];
  const removal = createRemoval(ops, () => now);
  const removed: string[] = [];
  const failures: unknown[] = [];
  const next = () =>
    removal.next((rows) => {
      const kept = new Set(rows.filter((row) => row.is_kept).map(({ id }) => id));
      return findOld(
        config,
        found.filter(({ name }) => !kept.has(name)),
        now,
      );
    });
  for (let one = next(); one !== null; one = next()) {
    try {
      fs.rmSync(setFolder(config, one.id), { force: true });
      removed.push(one.id);
    } catch (error) {
      removal.undo(one);
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  return removed;
}

/** Does the same in a process without a server around it. */
export function sweepInScript(config: Place & Limits & Pick<Config, 'opsDatabasePath'>, now: Date): string[] {
  if (!fs.existsSync(config.opsDatabasePath)) return [];
  const ops = openDatabase(config.opsDatabasePath, { busyMs: scriptBusyMs });
  try {
    return sweepBackups(config, ops, now);
  } finally {
    ops.close();
  }
}

type Found = { name: string; at: string; size: number };

function findFiles(config: Place): Found[] {
  return listCopies(config).flatMap((name) => {
    const stat = fs.lstatSync(setFolder(config, name), { throwIfNoEntry: false });
    const at = readCopyName(name)?.at;
    return at !== undefined && stat?.isFile() ? [{ name, at, size: stat.size }] : [];
  });
}

/** The names of those beyond the limits, oldest first. */
function findOld(limits: Limits, found: Found[], now: Date): string[] {
  let bytes = 0;
  const old = newestFirst(found, now).filter(({ size }, at) => {
    bytes += size;
    return at > 0 && (at >= limits.importBackups || bytes > limits.importBackupsMaxBytes);
  });
  return old.map(({ name }) => name).reverse();
}
