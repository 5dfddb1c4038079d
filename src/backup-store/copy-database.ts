// Copies a database that stays in use. SQLite's online backup begins again at each commit of another process and takes several
// times as long as reading the file, so the file is read as it is, while a read transaction keeps it from changing beneath.
import fs from 'node:fs';
import { promisify } from 'node:util';
import { connect } from '../core/db/driver.ts';
import type { Db } from '../core/db/open.ts';
import { syncToDisk } from '../core/sync-to-disk.ts';
import { beginReading, leaveLog } from './set-repository.ts';

const readBytes = promisify(fs.read);

const chunkBytes = 1024 * 1024;
const logHeaderBytes = 32;

/** `busyMs`: how long to wait for a program that holds the database. `onCopied` receives the share copied so far, below 1. */
type Options = { busyMs: number; onCopied?: (share: number) => void };

/** Copies `source` to the new file `target`, which is on the disk when it resolves, and has no log beside it: it can be read
 *  without writing. A copy that fails leaves nothing; the caller names what it was to become. */
export async function copyDatabase(
  source: string,
  target: string,
  { busyMs, onCopied = () => {} }: Options,
): Promise<void> {
  fs.closeSync(fs.openSync(target, 'wx', 0o600));
  try {
    const db = connect(source, { timeout: busyMs, readonly: true });
    try {
      await copyFiles(db, target, onCopied);
    } finally {
      db.close();
    }
    leaveLog(target);
    syncToDisk(target);
  } catch (error) {
    for (const suffix of ['', '-journal', '-wal', '-shm']) fs.rmSync(target + suffix, { force: true });
    throw error;
  }
}

/** Copies the database and its log, as far as they reach at the begin of the transaction. Until it ends, the database changes
 *  only in pages that the log has too, and the log only grows; but a log that the database has all of may begin anew. */
async function copyFiles(db: Db, target: string, onCopied: (share: number) => void) {
  const file = beginReading(db);
  const main = openLive(file);
  const log = fs.existsSync(`${file}-wal`) ? openLive(`${file}-wal`) : null;
  const total = main.size + (log?.size ?? 0);
  const follow = (bytes: number) => onCopied(Math.min(bytes / total, 0.99));
  await copyBytes(main, target, follow);
  if (log === null) return;
  let header: Buffer;
  do {
    header = await read(log, logHeaderBytes, 0);
    await copyBytes(log, `${target}-wal`, (bytes) => follow(main.size + bytes));
  } while (!header.equals(await read(log, logHeaderBytes, 0)));
}

type Live = { file: string; fd: number; size: number };

/** This process loses its locks on a database when it closes any descriptor of the file, so these stay open until it ends. */
function openLive(file: string): Live {
  const fd = fs.openSync(file, 'r');
  return { file, fd, size: fs.fstatSync(fd).size };
}

/** Returns fewer bytes at the end of the file. */
async function read({ file, fd }: Live, bytes: number, at: number): Promise<Buffer> {
  try {
    const { bytesRead, buffer } = await readBytes(fd, Buffer.allocUnsafe(bytes), 0, bytes, at);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    throw Object.assign(error as Error, { file });
  }
}

/** `onCopied` receives the bytes copied so far. */
async function copyBytes(live: Live, target: string, onCopied: (bytes: number) => void) {
  const copy = await fs.promises.open(target, 'w', 0o600);
  try {
    for (let at = 0; at < live.size; onCopied(at)) {
      const chunk = await read(live, Math.min(chunkBytes, live.size - at), at);
      if (chunk.length === 0) return;
      await copy.writeFile(chunk);
      at += chunk.length;
    }
  } finally {
    await copy.close();
  }
}
