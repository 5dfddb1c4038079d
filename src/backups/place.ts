// The disk below the folder of backups.
import fs from 'node:fs';
import path from 'node:path';
import type { Config } from '../core/config.ts';

type Place = {
  /** Whether a broken disk would take the backups with the data. */
  isOnDataDisk: boolean;
  freeBytes: number;
};

/** Null when the disk does not answer. */
export async function readPlace({ backupPath, root }: Pick<Config, 'backupPath' | 'root'>) {
  try {
    const folder = await nearest(backupPath);
    const own = await fs.promises.stat(folder);
    const disk = await fs.promises.statfs(folder);
    const data = await fs.promises.stat(root);
    return { isOnDataDisk: own.dev === data.dev, freeBytes: disk.bavail * disk.bsize } satisfies Place;
  } catch {
    return null;
  }
}

/** The folder, or the nearest one above it that is there: the first backup makes it. */
export async function nearest(folder: string): Promise<string> {
  const isThere = await fs.promises.stat(folder).then(
    () => true,
    () => false,
  );
  const above = path.dirname(folder);
  return isThere || above === folder ? folder : nearest(above);
}
