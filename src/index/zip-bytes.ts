// Reading positions and numbers of a ZIP that come from outside.
import fs from 'node:fs';
import { refusal } from './snapshot-refusal.ts';

/** All `length` bytes; throws `zip_cut_off` when the file ends before. */
export function readAt(fd: number, at: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let filled = 0; filled < length; ) {
    const read = fs.readSync(fd, bytes, filled, length - filled, at + filled);
    if (read === 0) throw refusal('zip_cut_off', 'The ZIP points to something behind its own end.');
    filled += read;
  }
  return bytes;
}

/** Beyond 2^53 no size is real: infinity fails every comparison. */
export function safeNumber(value: bigint): number {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : Number.POSITIVE_INFINITY;
}
