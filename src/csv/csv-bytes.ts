// The bytes of a CSV file: those of a small one in memory, those of a large one read part by part as often as they are needed.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { AppError } from '../core/errors.ts';

export type CsvBytes = {
  size: number;
  /** Returns fewer bytes only at the end. The next call may overwrite them. */
  read(from: number, length: number): Buffer;
  /** Whether other programs may change the bytes between two reads. */
  canChange: boolean;
  /** SHA-256 of all bytes, hexadecimal. */
  readonly hash: string;
};

/** A larger file is not held in memory. */
const maxInMemory = 16 * 1024 * 1024;
const partBytes = 256 * 1024;

export function bytesInMemory(bytes: Buffer): CsvBytes {
  return {
    size: bytes.length,
    read: (from, length) => bytes.subarray(from, from + length),
    canChange: false,
    get hash() {
      return createHash('sha256').update(bytes).digest('hex');
    },
  };
}

/** A large file stays open until the process ends, so that no other file can take its place. */
export function openCsvBytes(file: string, inMemory = maxInMemory): CsvBytes {
  const fd = fs.openSync(file, 'r');
  const { size } = fs.fstatSync(fd);
  if (size > inMemory) {
    const read = createReader(fd, size);
    return { size, read, canChange: true, hash: hashParts(size, read) };
  }
  try {
    return bytesInMemory(fs.readFileSync(fd));
  } finally {
    fs.closeSync(fd);
  }
}

function createReader(fd: number, size: number): CsvBytes['read'] {
  let buffer = Buffer.alloc(partBytes);
  return (from, length) => {
    const wanted = Math.max(0, Math.min(length, size - from));
    if (buffer.length < wanted) buffer = Buffer.alloc(wanted);
    for (let filled = 0; filled < wanted; ) {
      const bytes = fs.readSync(fd, buffer, filled, wanted - filled, from + filled);
      if (bytes === 0) throw fileChanged();
      filled += bytes;
    }
    return buffer.subarray(0, wanted);
  };
}

function hashParts(size: number, read: CsvBytes['read']): string {
  const hash = createHash('sha256');
  for (let at = 0; at < size; at += partBytes) hash.update(read(at, partBytes));
  return hash.digest('hex');
}

/** Returns `temporary`. */
export function fileChanged(): AppError {
  return new AppError(
    'temporary',
    'The file changed while it was read; nothing was written. Import it again.',
  );
}
