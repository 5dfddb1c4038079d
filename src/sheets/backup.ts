// Backs up the library before a job changes it, with SQLite's online backup, so that other programs can keep using it. A
// backup holds the record of what the job changes, which an undo needs; only the newest backups are kept.
import fs from 'node:fs';
import path from 'node:path';
import type { Config } from '../core/config.ts';
import type { Db } from '../core/db/open.ts';
import { nameFile } from '../core/faults.ts';
import { syncToDisk } from '../core/sync-to-disk.ts';
import { type Change, writeChangeRecord } from '../library/change-record-repository.ts';

const pagesAtOnce = 500;
const unfinished = /\.partial(-journal|-wal|-shm)?$/;
/** Copies that people have put into the folder have other names. */
const finished = /^library-\d{8}T\d{6}\.\d{3}Z-[\w-]+\.db$/;

/** A backup holds the library before `job` makes `changes`. `now`: ISO 8601 UTC. */
type Backup = { job: { id: string; operation: string }; changes: Iterable<Change>; now: string };

/** Returns the name of the backup in `<root>/backups`. `onCopied` receives the share copied so far, from 0 to 1. */
export async function backupLibrary(
  db: Db,
  config: Config,
  { job, changes, now }: Backup,
  onCopied: (share: number) => void,
): Promise<string> {
  const folder = folderOf(config);
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  // Only one job changes the library at a time, so an unfinished backup was left by one that died.
  for (const left of fs.readdirSync(folder)) if (unfinished.test(left)) fs.rmSync(path.join(folder, left));
  const name = `library-${now.replace(/[-:]/g, '')}-${job.id.slice(0, 8) || 'by-hand'}.db`;
  const file = path.join(folder, `${name}.partial`);
  fs.closeSync(fs.openSync(file, 'wx', 0o600));
  try {
    await db.backup(file, {
      progress({ totalPages, remainingPages }) {
        onCopied(totalPages === 0 ? 0 : 1 - remainingPages / totalPages);
        return pagesAtOnce;
      },
    });
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

export function backupFile(config: Config, name: string): string {
  return path.join(folderOf(config), name);
}

/** Returns the names of the backups that are kept. */
export function listBackups(config: Pick<Config, 'root'>): string[] {
  const folder = folderOf(config);
  return fs.existsSync(folder) ? fs.readdirSync(folder).filter((name) => finished.test(name)) : [];
}

/** Removes the oldest backups beyond the configured number and size; the newest always stays. Returns the removed names. */
export function sweepBackups(
  config: Pick<Config, 'root' | 'importBackups' | 'importBackupsMaxBytes'>,
): string[] {
  const folder = folderOf(config);
  // A name begins with the time of its backup.
  const newestFirst = listBackups(config).sort().reverse();
  let bytes = 0;
  const removed = newestFirst.filter((name, at) => {
    bytes += fs.statSync(path.join(folder, name)).size;
    return at > 0 && (at >= config.importBackups || bytes > config.importBackupsMaxBytes);
  });
  for (const name of removed) fs.rmSync(path.join(folder, name));
  return removed;
}

function folderOf(config: Pick<Config, 'root'>): string {
  return path.join(config.root, 'backups');
}
