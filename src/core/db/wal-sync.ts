// Puts what was committed without a wait for the disk onto it, beside the event loop instead of in it.
import fs from 'node:fs';
import type { Db } from './open.ts';

/** Gives a function whose promise settles when all that was committed before the call is on the disk. Calls that come
 *  while one is under way share the next. It rejects with the error of the disk. */
export function createWalSync(db: Db): () => Promise<void> {
  const file = `${db.name}-wal`;
  let running: Promise<void> | null = null;
  let waiting: Promise<void> | null = null;
  const start = () => {
    running = syncFile(file).finally(() => {
      running = null;
    });
    return running;
  };
  const startNext = () => {
    waiting = null;
    return start();
  };
  return () => {
    if (!running) return start();
    waiting ??= running.then(startNext, startNext);
    return waiting;
  };
}

async function syncFile(name: string) {
  const file = await fs.promises.open(name);
  try {
    await file.datasync();
  } finally {
    await file.close();
  }
}
