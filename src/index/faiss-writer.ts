// Writes `IndexFlatIP` files (see faiss-reader.ts); vectors pass through one buffer.
import fs from 'node:fs';
import { crc32 } from 'node:zlib';
import { encodeHeader, headerBytes, type IndexFile, scanIndexFile } from './faiss-reader.ts';

/** Writes and fsyncs a new file. The header is written last, because only then the number of vectors is known; then the
 *  file is read back, hashed and compared with the vectors. Throws when a vector has another length. */
export function writeIndexFile(file: string, dimension: number, vectors: Iterable<Float32Array>): IndexFile {
  const fd = fs.openSync(file, 'wx');
  let count = 0;
  let crc = 0;
  try {
    const out = createBufferedWriter(fd, (bytes) => {
      crc = crc32(bytes, crc);
    });
    fs.writeSync(fd, Buffer.alloc(headerBytes));
    for (const vector of vectors) {
      if (vector.length !== dimension)
        throw new Error(`A vector has ${vector.length} numbers; the index has ${dimension}.`);
      out.write(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength));
      count++;
    }
    out.flush();
    fs.writeSync(fd, encodeHeader({ dimension, count }), 0, headerBytes, 0);
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
  let crcRead = 0;
  const written = scanIndexFile(file, (_, bytes) => {
    crcRead = crc32(bytes, crcRead);
  });
  if (crcRead === crc) return written;
  throw new Error('The index file holds other vectors than were written to it.');
}

/** Larger writes took Linux 6.18 up to ten times as long. */
const writeBytes = 256 * 1024;

function createBufferedWriter(fd: number, onWrite: (bytes: Buffer) => void) {
  const buffer = Buffer.alloc(writeBytes);
  let used = 0;
  const flush = () => {
    const filled = buffer.subarray(0, used);
    onWrite(filled);
    for (let written = 0; written < used; ) written += fs.writeSync(fd, filled, written);
    used = 0;
  };
  return {
    flush,
    write(bytes: Uint8Array) {
      if (used + bytes.length > buffer.length) flush();
      buffer.set(bytes, used);
      used += bytes.length;
    },
  };
}
