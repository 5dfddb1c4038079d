// Keeps a full disk from taking the engine down: refuses new jobs while there is still room to end the old ones, and
// holds a file of ballast that is given up when the end of a job cannot be written otherwise.
import fs from 'node:fs';
import path from 'node:path';
import { AppError } from './errors.ts';
import { bytes } from './format.ts';

/** With less free room no new job is started, and with less than `lowDiskBytes` people are warned. */
export const reserveBytes = 64 * 1024 * 1024;
export const lowDiskBytes = 512 * 1024 * 1024;
const ballastBytes = 1024 * 1024;

export type DiskReserve = ReturnType<typeof createDiskReserve>;

export function createDiskReserve(root: string, freeBytes = () => readFree(root)) {
  const file = path.join(root, 'ballast');

  return {
    /** Throws `disk_full` when new jobs could leave no room for those that run. */
    assertRoom() {
      const free = freeBytes();
      if (free >= reserveBytes) return hold();
      throw new AppError(
        'disk_full',
        `The disk of the data folder has ${bytes(free)} left; below ${bytes(reserveBytes)} no new job is started. Free some space, then try again.`,
        { free_bytes: free, reserve_bytes: reserveBytes },
      );
    },

    release,

    /** Runs `work`, and once more with the ballast's room when the disk is full. */
    withRoom<T>(work: () => T): T {
      try {
        return work();
      } catch (error) {
        if (isDiskFull(error) && release()) return work();
        throw error;
      }
    },
  };

  /** Gives the ballast's room back to the disk; false when it was given already. */
  function release(): boolean {
    const isHeld = fs.existsSync(file);
    fs.rmSync(file, { force: true });
    return isHeld;
  }

  /** Real blocks: a file with a hole would hold nothing. */
  function hold() {
    if (fs.existsSync(file)) return;
    fs.writeFileSync(file, Buffer.alloc(ballastBytes, 1), { mode: 0o600, flush: true });
  }
}

/** Whether an error says that the disk is full: of SQLite, or of a file. */
export function isDiskFull(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === 'SQLITE_FULL' || code === 'ENOSPC' || code === 'EDQUOT';
}

function readFree(root: string): number {
  const { bavail, bsize } = fs.statfsSync(root);
  return bavail * bsize;
}
