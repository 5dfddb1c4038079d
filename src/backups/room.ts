// Whether the disk of the backups has room for another one.
import fs from 'node:fs';
import path from 'node:path';
import { bytesOf, readManifest } from '../backup-store/manifest.ts';
import { listSets, setFolder } from '../backup-store/set-files.ts';
import type { Config } from '../core/config.ts';
import { readFreeBytes } from '../core/disk-reserve.ts';
import { AppError } from '../core/errors.ts';
import { formatBytes } from '../core/format.ts';
import { liveFiles, nullIfBroken } from '../index/generation.ts';

type Places = Pick<
  Config,
  'backupPath' | 'databasePath' | 'opsDatabasePath' | 'indexFolder' | 'diskReserveBytes'
>;

const growth = 1.1;

/** Throws `disk_full` unless 1.1 times the last backup, and the reserve, are free. Opens no database. */
export function assertRoom(config: Places) {
  const needed = Math.ceil(growth * (lastBytes(config) ?? expectedBytes(config)));
  assertFree(config, needed, 'A backup');
}

/** Throws `disk_full` unless `bytes` and the reserve are free. `what`: the beginning of a sentence. */
export function assertFree({ backupPath, diskReserveBytes }: Places, bytes: number, what: string) {
  const free = readFreeBytes(existing(backupPath));
  const needed = bytes + diskReserveBytes;
  if (free >= needed) return;
  throw new AppError(
    'disk_full',
    `${what} needs ${formatBytes(needed)}, and the disk of ${backupPath} has ${formatBytes(free)} left. Nothing was written. Free some space or remove old backups, then try again.`,
    { free_bytes: free, needed_bytes: needed },
  );
}

/** Of the newest set that can be read. */
function lastBytes(config: Places): number | null {
  for (const id of listSets(config).reverse()) {
    const manifest = nullIfBroken(() => readManifest(setFolder(config, id)));
    if (manifest) return bytesOf(manifest);
  }
  return null;
}

function expectedBytes({ databasePath, opsDatabasePath, indexFolder }: Places): number {
  const databases = [databasePath, opsDatabasePath].flatMap((file) => [file, `${file}-wal`]);
  const index = nullIfBroken(() => liveFiles(indexFolder));
  return [...databases, ...(index ? Object.values(index) : [])].reduce((sum, file) => sum + sizeOf(file), 0);
}

function sizeOf(file: string): number {
  return fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** The folder itself, or the nearest one above it that exists. */
function existing(folder: string): string {
  const parent = path.dirname(folder);
  return fs.existsSync(folder) || parent === folder ? folder : existing(parent);
}
