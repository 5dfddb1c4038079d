// Reading positions and numbers of a ZIP that come from outside.
import fs from 'node:fs';
import { refusal } from './refusal.ts';

/** The first bytes of a ZIP may be kept apart (see snapshot-head.ts): the file begins with what follows them. `size` is of
 *  both together. The descriptor is the caller's. */
export type ZipFile = { fd: number; head: Buffer; size: number };

export function toZipFile(fd: number, head: Buffer): ZipFile {
  return { fd, head, size: head.length + fs.fstatSync(fd).size };
}

/** Reads as much as comes at once, and gives how much that was: 0 at the end. */
export function readSome({ fd, head }: ZipFile, target: Buffer, at: number): number {
  return at < head.length
    ? head.copy(target, 0, at)
    : fs.readSync(fd, target, 0, target.length, at - head.length);
}

/** All `length` bytes; throws `zip_cut_off` when the file ends before. */
export function readAt(zip: ZipFile, at: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let filled = 0; filled < length; ) {
    const read = readSome(zip, bytes.subarray(filled), at + filled);
    if (read === 0) throw refusal('zip_cut_off', 'The ZIP points to something behind its own end.');
    filled += read;
  }
  return bytes;
}

/** Beyond 2^53 no size is real: infinity fails every comparison. */
export function safeNumber(value: bigint): number {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : Number.POSITIVE_INFINITY;
}
