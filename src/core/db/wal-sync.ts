// Makes commits without fsync durable, off the event loop.
import fs from 'node:fs';
import { coalesceNext } from '../coalesce.ts';
import type { Db } from './open.ts';

/** Gives a function whose promise settles when every commit before the call is on the disk, and rejects with the error
 *  of the disk. Calls during a sync share the next one. */
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
