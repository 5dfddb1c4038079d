// Whether the disk of the backups has room for another one.
import { assertFree, sizeOf } from '../backup-store/free-space.ts';
import { bytesOf, readManifest } from '../backup-store/manifest.ts';
import { listSets, setFolder } from '../backup-store/set-files.ts';
import type { Config } from '../core/config.ts';
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

/** The bytes of the newest set that can be read. */
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
