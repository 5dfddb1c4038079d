// Protects the engine from a full disk: new jobs are refused while there is still room to end running ones, and a ballast
// file is deleted when the end of a job cannot be written otherwise.
import fs from 'node:fs';
import path from 'node:path';
import { AppError } from './errors.ts';
import { formatBytes } from './format.ts';

const ballastBytes = 1024 * 1024;

export type DiskReserve = ReturnType<typeof createDiskReserve>;

export function createDiskReserve(
  config: { root: string; diskReserveBytes: number },
  freeBytes: () => number,
) {
  const file = path.join(config.root, 'ballast');

  return {
    /** Throws `disk_full` when a new job could leave no room for running ones. */
    assertRoom() {
      const free = freeBytes();
      const { diskReserveBytes: reserve } = config;
      if (free >= reserve) return writeBallast();
      throw new AppError(
        'disk_full',
        `The disk of the data folder has ${formatBytes(free)} left; a new job needs ${formatBytes(reserve)}. Free some space, then try again.`,
        { free_bytes: free, reserve_bytes: reserve },
      );
    },

    release,

    /** Runs `work`; on a full disk, deletes the ballast and runs it again. */
    withRoom<T>(work: () => T): T {
      try {
        return work();
      } catch (error) {
        if (isDiskFull(error) && release()) return work();
        throw error;
      }
    },
  };

  /** Deletes the ballast; false when there was none. */
  function release(): boolean {
    const isHeld = fs.existsSync(file);
    fs.rmSync(file, { force: true });
    return isHeld;
  }

  /** Writes real blocks, because a sparse file would reserve nothing. */
  function writeBallast() {
    if (fs.existsSync(file)) return;
    fs.writeFileSync(file, Buffer.alloc(ballastBytes, 1), { mode: 0o600, flush: true });
  }
}

/** Whether an error of SQLite or of a file means a full disk. */
export function isDiskFull(error: unknown): boolean {
  return ['SQLITE_FULL', 'ENOSPC', 'EDQUOT'].includes(String((error as { code?: unknown }).code));
}

export function readFreeBytes(root: string): number {
  const { bavail, bsize } = fs.statfsSync(root);
  return bavail * bsize;
}
