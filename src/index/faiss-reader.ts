// Reads `IndexFlatIP` files (see faiss-header.ts) a few megabytes at a time. Only `readIndexFile` holds all vectors.
import { createHash } from 'node:crypto';
import { headerBytes, type IndexHeader, readBytes, readHeader, withFile } from './faiss-header.ts';

/** `bytes` and `sha256`, hexadecimal, are of the whole file. */
export type IndexFile = IndexHeader & { bytes: number; sha256: string };

/** Receives complete vectors and the row of the first. The same memory is filled again for the next call. */
type OnVectors = (bytes: Uint8Array, first: number) => void;

/** Reads all vectors into memory that `allocate` provides. Throws one sentence unless the file is complete. */
export function readIndexFile(file: string, allocate: (bytes: number) => Uint8Array) {
  let bytes = new Uint8Array();
  let filled = 0;
  const found = scanIndexFile(file, ({ dimension, count }, chunk) => {
    if (filled === 0) bytes = allocate(count * dimension * 4) as Uint8Array<ArrayBuffer>;
    bytes.set(chunk, filled);
    filled += chunk.length;
  });
  const vectors = new Float32Array(bytes.buffer, bytes.byteOffset, found.count * found.dimension);
  return { ...found, vectors };
}

/** Reads the whole file once. Throws as `readIndexFile` does. */
export function scanIndexFile(
  file: string,
  onVectors: (header: IndexHeader, bytes: Uint8Array, first: number) => void,
): IndexFile {
  return withFile(file, (fd) => {
    const hash = createHash('sha256');
    const { header, size, head } = readHeader(fd);
    hash.update(head);
    scanVectors(fd, header, Buffer.alloc(chunkRows(header) * header.dimension * 4), (bytes, first) => {
      hash.update(bytes);
      onVectors(header, bytes, first);
    });
    return { ...header, bytes: size, sha256: hash.digest('hex') };
  });
}

/** Reads the vectors of a file whose header was checked, into memory that `allocate` provides. */
export function scanIndexVectors(
  file: string,
  header: IndexHeader,
  allocate: (bytes: number) => Uint8Array,
  onVectors: OnVectors,
) {
  withFile(file, (fd) =>
    scanVectors(fd, header, allocate(chunkRows(header) * header.dimension * 4), onVectors),
  );
}

/** Reads one vector of a file whose header was checked. */
export function readVector(file: string, dimension: number, row: number): Float32Array {
  const position = headerBytes + row * dimension * 4;
  const bytes = withFile(file, (fd) => readBytes(fd, Buffer.alloc(dimension * 4), position));
  return Float32Array.from({ length: dimension }, (_, i) => bytes.readFloatLE(i * 4));
}

const chunkBytes = 4 * 1024 * 1024;

function chunkRows({ dimension }: IndexHeader): number {
  return Math.max(1, Math.floor(chunkBytes / (dimension * 4)));
}

function scanVectors(fd: number, header: IndexHeader, buffer: Uint8Array, onVectors: OnVectors) {
  const { dimension, count } = header;
  const step = chunkRows(header);
  for (let first = 0; first < count; first += step) {
    const chunk = buffer.subarray(0, Math.min(step, count - first) * dimension * 4);
    onVectors(readBytes(fd, chunk, headerBytes + first * dimension * 4), first);
  }
}
