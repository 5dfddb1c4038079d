// The write-ahead log of log.db, and the marks by which the file is known again.
import fs from 'node:fs';
import { isBusy } from '../core/db/busy-retry.ts';
import type { Db } from '../core/db/open.ts';

/** SQLite blocks the thread so long while another program has locked the file. Callers wait without blocking it. */
export const busyMs = 20;
/** The write-ahead log is emptied into the file when it has so many bytes, and shortened to them. */
export const walMaxBytes = 4 * 1024 * 1024;

/** `walInode`: of the write-ahead log, once it is there. */
export type Held = { db: Db; inode: number; walInode: number | null; stamp: string; isSuspect: boolean };

/** Only this writes into the file itself, so its time of change is known afterwards. */
export function checkpoint(held: Held, file: string) {
  if (stampOf(file) !== held.stamp) held.isSuspect = true;
  // Waits for nobody who reads an older state.
  held.db.pragma('busy_timeout = 0');
  try {
    held.db.pragma('wal_checkpoint(TRUNCATE)');
  } catch (error) {
    if (!isBusy(error)) throw error;
  } finally {
    held.db.pragma(`busy_timeout = ${busyMs}`);
  }
  held.stamp = stampOf(file);
}

/** SQLite writes on into a write-ahead log that was removed, and its rows are lost with the process. */
export function hasLostWal(held: Held, file: string): boolean {
  const inode = inodeOf(`${file}-wal`);
  held.walInode ??= inode;
  return held.walInode !== inode;
}

export function removeLogs(file: string) {
  for (const end of ['-wal', '-shm']) fs.rmSync(file + end, { force: true });
}

export function inodeOf(file: string): number | null {
  return fs.statSync(file, { throwIfNoEntry: false })?.ino ?? null;
}

/** Differs after each write into the file. */
export function stampOf(file: string): string {
  const stat = fs.statSync(file, { throwIfNoEntry: false, bigint: true });
  return `${stat?.mtimeNs} ${stat?.size}`;
}

export function walBytesOf(file: string): number {
  return fs.statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
}
