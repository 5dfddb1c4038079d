// Reads bytes and numbers of an untrusted ZIP.
import fs from 'node:fs';
import { ZipRefusal } from './refusal.ts';

/** An open ZIP of `size` bytes. The caller closes the descriptor. */
export type ZipFile = { fd: number; size: number };

/** Reads as many bytes as one call returns, and returns their number: 0 at the end of the file. */
export function readSome({ fd }: ZipFile, target: Buffer, at: number): number {
  return fs.readSync(fd, target, 0, target.length, at);
}

/** Reads exactly `length` bytes. Throws `zip_cut_off` when the file ends before. */
export function readAt(zip: ZipFile, at: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let filled = 0; filled < length; ) {
    const read = readSome(zip, bytes.subarray(filled), at + filled);
    if (read === 0) throw new ZipRefusal('zip_cut_off', 'The ZIP points to something behind its own end.');
    filled += read;
  }
  return bytes;
}

/** No size is above 2^53; infinity fails every comparison. */
export function safeNumber(value: bigint): number {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : Number.POSITIVE_INFINITY;
}
