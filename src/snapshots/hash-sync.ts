import { createHash } from 'node:crypto';
import fs from 'node:fs';

const readBytes = 1024 * 1024;

/** The SHA-256 of a file, hexadecimal; blocks until it is read. */
export function hashFileSync(file: string): string {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(readBytes);
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
