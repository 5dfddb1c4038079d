// Makes unsynced commits durable, off the event loop.
import fs from 'node:fs';
import { coalesceNext } from '../coalesce.ts';
import type { Db } from './open.ts';

/** Returns a function whose promise resolves when every earlier commit is on disk, and rejects with the disk's error.
 *  Calls during a sync share the next one. */
export function createWalSync(db: Db): () => Promise<void> {
  return coalesceNext(() => syncFile(`${db.name}-wal`));
}

async function syncFile(name: string) {
  const file = await fs.promises.open(name);
  try {
    await file.datasync();
  } finally {
    await file.close();
  }
}
