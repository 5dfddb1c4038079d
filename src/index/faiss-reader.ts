// Reads `IndexFlatIP` files, as faiss.write_index writes them: a header of 45 bytes, little-endian, then float32 vectors. Reads
// a few megabytes at a time; only `readIndexFile` holds all vectors.
import { createHash } from 'node:crypto';
import fs from 'node:fs';

export type IndexHeader = { dimension: number; count: number };

export const headerBytes = 45;

const magic = 'IxFI';
const maxDimension = 65_536;
const reserved = 1n << 20n;
const innerProduct = 0;

export function encodeHeader({ dimension, count }: IndexHeader): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.write(magic, 'latin1');
  header.writeInt32LE(dimension, 4);
  header.writeBigInt64LE(BigInt(count), 8);
  header.writeBigInt64LE(reserved, 16);
  header.writeBigInt64LE(reserved, 24);
  header.writeUInt8(1, 32);
  header.writeInt32LE(innerProduct, 33);
  header.writeBigUInt64LE(BigInt(count) * BigInt(dimension), 37);
  return header;
}

/** Reads the header of a file. Throws one sentence when the file is not a complete IndexFlatIP file. */
export function readIndexHeader(file: string): IndexHeader {
  return withFile(file, (fd) => readHeader(fd).header);
}

function withFile<T>(file: string, work: (fd: number) => T): T {
  const fd = fs.openSync(file, 'r');
  try {
    return work(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/** As `readIndexHeader`, from an open file; also returns its size and the bytes of the header. */
function readHeader(fd: number): { header: IndexHeader; size: number; head: Buffer } {
  const { size } = fs.fstatSync(fd);
  const head = readBytes(fd, Buffer.alloc(Math.min(headerBytes, size)), 0);
  return { header: decodeHeader(head, size), size, head };
}

/** Fills `target`, from a position in the file. */
function readBytes<Target extends Uint8Array>(fd: number, target: Target, position: number): Target {
  for (let filled = 0; filled < target.length; ) {
    const read = fs.readSync(fd, target, filled, target.length - filled, position + filled);
    if (read === 0) throw new Error('The index file became shorter while it was read.');
    filled += read;
  }
  return target;
}

function decodeHeader(header: Buffer, size: number): IndexHeader {
  const wrong = (why: string) => new Error(`The index file ${why}`);
  if (header.length < headerBytes)
    throw wrong(`ends after ${size} bytes; its header alone has ${headerBytes}.`);
  const kind = header.toString('latin1', 0, 4);
  if (kind !== magic) {
    const found = JSON.stringify(kind);
    throw new Error(`The file is not an IndexFlatIP file: it begins with ${found}, not "${magic}".`);
  }
  const dimension = header.readInt32LE(4);
  const count = Number(header.readBigInt64LE(8));
  if (dimension < 1 || dimension > maxDimension) throw wrong(`names ${dimension} dimensions.`);
  if (count < 0) throw wrong(`names ${count} vectors.`);
  if (header.readUInt8(32) !== 1) throw wrong('is marked as not trained.');
  const metric = header.readInt32LE(33);
  if (metric !== innerProduct)
    throw wrong(`compares by metric ${metric}; only the inner product (0) is supported.`);
  const numbers = header.readBigUInt64LE(37);
  if (numbers !== BigInt(count) * BigInt(dimension))
    throw wrong(`names ${numbers} numbers for ${count} vectors of ${dimension}.`);
  const needed = headerBytes + dimension * count * 4;
  if (size === needed) return { dimension, count };
  throw wrong(`has ${size} bytes; ${count} vectors of ${dimension} need ${needed}.`);
}

/** `bytes` and `sha256`, hexadecimal, are of the whole file. */
export type IndexFile = IndexHeader & { bytes: number; sha256: string };

type Allocate = (bytes: number) => Uint8Array;
/** Receives complete vectors and the row of the first. The same memory is filled again for the next call. */
type OnRows = (bytes: Uint8Array, first: number) => void;

/** Reads all vectors into memory that `allocate` provides. Throws one sentence unless the file is complete. */
export function readIndexFile(file: string, allocate: Allocate) {
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

/** Reads the whole file once, through memory that `allocate` provides. Throws as `readIndexFile` does. */
export function scanIndexFile(
  file: string,
  onVectors: (header: IndexHeader, bytes: Uint8Array, first: number) => void,
  allocate: Allocate = (bytes) => Buffer.alloc(bytes),
): IndexFile {
  return withFile(file, (fd) => {
    const hash = createHash('sha256');
    const { header, size, head } = readHeader(fd);
    hash.update(head);
    scanVectors(fd, header, allocate, (bytes, first) => {
      hash.update(bytes);
      onVectors(header, bytes, first);
    });
    return { ...header, bytes: size, sha256: hash.digest('hex') };
  });
}

/** Reads the vectors of a file whose header was checked, into memory that `allocate` provides. */
export function scanIndexVectors(file: string, header: IndexHeader, allocate: Allocate, onRows: OnRows) {
  withFile(file, (fd) => scanVectors(fd, header, allocate, onRows));
}

/** Reads one vector of a file whose header was checked. */
export function readVector(file: string, dimension: number, row: number): Float32Array {
  const position = headerBytes + row * dimension * 4;
  const bytes = withFile(file, (fd) => readBytes(fd, Buffer.alloc(dimension * 4), position));
  return Float32Array.from({ length: dimension }, (_, i) => bytes.readFloatLE(i * 4));
}

/** An open index file, whose vectors are read in parts. `read` fills `target` with the vectors from the row `first` on. Throws as
 *  `readIndexHeader` does. */
export function openIndexFile(file: string) {
  const fd = fs.openSync(file, 'r');
  try {
    const { header } = readHeader(fd);
    return {
      ...header,
      read: (first: number, target: Uint8Array) =>
        readBytes(fd, target, headerBytes + first * header.dimension * 4),
      close: () => fs.closeSync(fd),
    };
  } catch (error) {
    fs.closeSync(fd);
    throw error;
  }
}

const chunkBytes = 4 * 1024 * 1024;

function scanVectors(fd: number, header: IndexHeader, allocate: Allocate, onRows: OnRows) {
  const { dimension, count } = header;
  const step = Math.max(1, Math.floor(chunkBytes / (dimension * 4)));
  const buffer = allocate(step * dimension * 4);
  for (let first = 0; first < count; first += step) {
    const chunk = buffer.subarray(0, Math.min(step, count - first) * dimension * 4);
    onRows(readBytes(fd, chunk, headerBytes + first * dimension * 4), first);
  }
}
