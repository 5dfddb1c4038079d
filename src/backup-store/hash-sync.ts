import { createHash } from 'node:crypto';
import fs from 'node:fs';

const chunkBytes = 1024 * 1024;

/** The SHA-256 of a file, hexadecimal. Blocks the thread: for scripts and worker threads only. */
export function hashFileSync(file: string): string {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(chunkBytes);
  const fd = fs.openSync(file, 'r');
  try {
    for (let read = fs.readSync(fd, buffer); read > 0; read = fs.readSync(fd, buffer)) {
      hash.update(buffer.subarray(0, read));
    }
    return hash.digest('hex');
  } finally {
    fs.closeSync(fd);
  }
}
