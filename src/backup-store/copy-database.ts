// Copies a database that stays in use. SQLite's online backup begins again at each commit of another process and takes several
// times as long as reading the file, so the file is read as it is, while a read transaction keeps it from changing beneath.
import fs from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { connect } from '../core/db/driver.ts';
import type { Db } from '../core/db/open.ts';
import { beginReading, leaveLog } from './set-repository.ts';

const chunkBytes = 1024 * 1024;
const logHeaderBytes = 32;

/** `busyMs`: how long to wait for a program that holds the database. `onCopied` receives the share copied so far, below 1. */
type Options = { busyMs: number; onCopied?: (share: number) => void };

/** Copies `source` to the new file `target`, which is not synced yet, and has no log beside it: it can be read without writing.
 *  A copy that fails leaves nothing; the caller names what it was to become. */
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
    header = readHeader(log);
    await copyBytes(log, `${target}-wal`, (bytes) => follow(main.size + bytes));
  } while (!header.equals(readHeader(log)));
}

type Live = { file: string; fd: number; size: number };

/** This process loses its locks on a database when it closes any descriptor of the file, so these stay open until it ends. */
function openLive(file: string): Live {
  const fd = fs.openSync(file, 'r');
  return { file, fd, size: fs.fstatSync(fd).size };
}

function readHeader(log: Live): Buffer {
  const header = Buffer.alloc(logHeaderBytes);
  return header.subarray(0, read(log, header, 0));
}

/** Fills `chunk`, but for the end of the file, and returns the number of bytes. */
function read({ file, fd }: Live, chunk: Buffer, at: number): number {
  try {
    return fs.readSync(fd, chunk, 0, chunk.length, at);
  } catch (error) {
    throw Object.assign(error as Error, { file });
  }
}

/** `onCopied` receives the bytes copied so far. */
async function copyBytes(live: Live, target: string, onCopied: (bytes: number) => void) {
  const copy = fs.openSync(target, 'w', 0o600);
  try {
    const chunk = Buffer.allocUnsafe(chunkBytes);
    for (let at = 0; at < live.size; onCopied(at)) {
      const bytes = read(live, chunk.subarray(0, Math.min(chunkBytes, live.size - at)), at);
      if (bytes === 0) return;
      fs.writeFileSync(copy, chunk.subarray(0, bytes));
      at += bytes;
      await setImmediate();
    }
  } finally {
    fs.closeSync(copy);
  }
}
