// Keeps log.db within its limits of age and size. Runs in the thread of the log store, in short pieces between which it answers
// questions.
import type { LogFile } from './file-repository.ts';
import { giveBackPages, removeExpired, removeOldest } from './retention-repository.ts';

/** The write-ahead log may take this part of the limit before lines have to go for it. */
const walShare = 0.25;
/** Free pages beyond this part of the file go back to the disk. */
const freeShare = 0.25;
/** The write-ahead log grows beyond its share while a reader keeps it from being emptied. */
const slackBytes = 4 * 1024 * 1024;

type Limits = { maxBytes: number };

/** Removes rows that are too old, and the oldest beyond the limit. */
export async function tidy(log: LogFile, limits: Limits & { now: number }) {
  while (log.use((db) => removeExpired(db, limits.now))) await pause();
  await makeRoom(log, limits, 0);
  while (mustShrink(log, limits)) {
    const before = log.sizes().bytes;
    log.use(giveBackPages);
    log.settle();
    await pause();
    if (log.sizes().bytes >= before) break;
  }
  log.settle(0);
}

/** Removes the oldest until `bytes` more fit into the limit, or nothing is left. */
export async function makeRoom(log: LogFile, { maxBytes }: Limits, bytes: number) {
  const isShort = () => {
    const sizes = log.sizes();
    const wal = Math.min(sizes.wal_bytes, maxBytes * walShare);
    return sizes.bytes - sizes.free_bytes + wal + bytes + slackBytes > maxBytes;
  };
  while (isShort() && log.use(removeOldest)) {
    log.settle();
    await pause();
  }
}

function mustShrink(log: LogFile, { maxBytes }: Limits): boolean {
  const { bytes, free_bytes: free, wal_bytes: wal } = log.sizes();
  if (free === 0) return false;
  return bytes + wal + slackBytes > maxBytes || (free > slackBytes && free > bytes * freeShare);
}

const pause = () => new Promise((resolve) => setImmediate(resolve));
