// Makes unsynced commits durable, off the event loop.
import fs from 'node:fs';
import { promisify } from 'node:util';
import { coalesceNext } from '../coalesce.ts';
import type { Db } from './open.ts';

/** Returns a function whose promise resolves when every earlier commit is on disk, and rejects with the disk's error.
 *  Calls during a sync share the next one. */
export function createWalSync(db: Db): () => Promise<void> {
  return coalesceNext(async () => {
    // Only the sync waits for the thread pool, which may be slower to open and close the file than the disk is to sync it.
    const fd = fs.openSync(`${db.name}-wal`, 'r');
    await promisify(fs.fdatasync)(fd).finally(() => fs.closeSync(fd));
  });
}
