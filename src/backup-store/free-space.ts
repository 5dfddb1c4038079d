// Whether the disk of the backups has room.
import fs from 'node:fs';
import path from 'node:path';
import type { Config } from '../core/config.ts';
import { readFreeBytes } from '../core/disk-reserve.ts';
import { AppError } from '../core/errors.ts';
import { formatBytes } from '../core/format.ts';

type Place = Pick<Config, 'backupPath' | 'diskReserveBytes'>;

/** Throws `disk_full` unless `bytes` and the reserve are free. `what`: the beginning of a sentence. */
export function assertFree({ backupPath, diskReserveBytes }: Place, bytes: number, what: string) {
  const free = readFreeBytes(existing(backupPath));
  const needed = bytes + diskReserveBytes;
  if (free >= needed) return;
  throw new AppError(
    'disk_full',
    `${what} needs ${formatBytes(needed)}, and the disk of ${backupPath} has ${formatBytes(free)} left. Nothing was written. Free some space or remove old backups, then try again.`,
    { free_bytes: free, needed_bytes: needed },
  );
}

/** 0 for a missing file. Opens none. */
export function sizeOf(file: string): number {
  return fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** The folder itself, or the nearest one above it that exists. */
export function existing(folder: string): string {
  const parent = path.dirname(folder);
  return fs.existsSync(folder) || parent === folder ? folder : existing(parent);
}
