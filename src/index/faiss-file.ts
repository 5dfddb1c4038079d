// Writes and reads `IndexFlatIP` files byte for byte as faiss.write_index does: a header of 45 bytes, then the vectors
// one after another, float32, little-endian. Vectors go through one buffer; only `readIndexFile` holds them all.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { crc32 } from 'node:zlib';

export type IndexHeader = { dimension: number; count: number };

/** `sha256` of the whole file, hexadecimal. */
export type IndexFile = IndexHeader & { bytes: number; sha256: string };

/** Writes and fsyncs the file. How many vectors come is known last, so the header is written last and the hash taken from
 *  the file, whose vectors must be those that came. A vector of another length is an error. */
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
      assertLength(vector, dimension);
      out.write(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength));
      count++;
    }
    out.flush();
    fs.writeSync(fd, encodeHeader({ dimension, count }), 0, headerBytes, 0);
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
  let found = 0;
  const written = scanIndexFile(file, (_, bytes) => {
    found = crc32(bytes, found);
  });
  if (found === crc) return written;
  throw new Error('The index file holds other vectors than were written to it.');
}

/** Throws one sentence when this is no whole IndexFlatIP file. `allocate` decides where the vectors lie. */
export function readIndexFile(
  file: string,
  allocate: (bytes: number) => Uint8Array = (bytes) => new Uint8Array(bytes),
): IndexFile & { vectors: Float32Array } {
  let bytes = new Uint8Array();
  let filled = 0;
  const found = scanIndexFile(file, ({ dimension, count }, chunk) => {
    if (filled === 0) bytes = allocate(count * dimension * 4) as Uint8Array<ArrayBuffer>;
    bytes.set(chunk, filled);
    filled += chunk.length;
  });
  return {
    ...found,
    vectors: new Float32Array(bytes.buffer, bytes.byteOffset, found.count * found.dimension),
  };
}

/** Reads the file once from start to end, a few megabytes at a time, always whole vectors; checks as above. */
export function scanIndexFile(
  file: string,
  onVectors: (header: IndexHeader, bytes: Uint8Array, first: number) => void,
): IndexFile {
  const hash = createHash('sha256');
  const fd = fs.openSync(file, 'r');
  try {
    const size = fs.fstatSync(fd).size;
    const head = readBytes(fd, Buffer.alloc(Math.min(headerBytes, size)), 0);
    const header = decodeHeader(head, size);
    hash.update(head);
    const row = header.dimension * 4;
    const buffer = Buffer.alloc(Math.max(1, Math.floor(chunkBytes / row)) * row);
    for (let at = headerBytes; at < size; at += buffer.length) {
      const chunk = readBytes(fd, buffer.subarray(0, Math.min(buffer.length, size - at)), at);
      hash.update(chunk);
      onVectors(header, chunk, (at - headerBytes) / row);
    }
    return { ...header, bytes: size, sha256: hash.digest('hex') };
  } finally {
    fs.closeSync(fd);
  }
}

/** What the header says; throws as above when the file is no whole IndexFlatIP. Reads no vector. */
export function readIndexHeader(file: string): IndexHeader {
  const fd = fs.openSync(file, 'r');
  try {
    const size = fs.fstatSync(fd).size;
    return decodeHeader(readBytes(fd, Buffer.alloc(Math.min(headerBytes, size)), 0), size);
  } finally {
    fs.closeSync(fd);
  }
}

/** The vectors of a file whose header was checked, a few megabytes at a time, always whole ones, read into the same room
 *  each time; `allocate` says where that lies. */
export function scanIndexVectors(
  file: string,
  { dimension, count }: IndexHeader,
  allocate: (bytes: number) => Uint8Array,
  onVectors: (bytes: Uint8Array, first: number) => void,
) {
  const fd = fs.openSync(file, 'r');
  try {
    const buffer = allocate(rowsAtOnce(dimension) * dimension * 4);
    for (let first = 0; first < count; first += rowsAtOnce(dimension)) {
      const rows = Math.min(rowsAtOnce(dimension), count - first);
      const chunk = buffer.subarray(0, rows * dimension * 4);
      onVectors(readBytes(fd, chunk, headerBytes + first * dimension * 4), first);
    }
  } finally {
    fs.closeSync(fd);
  }
}

/** One vector of a file whose header was checked. */
export function readVector(file: string, dimension: number, row: number): Float32Array {
  const fd = fs.openSync(file, 'r');
  try {
    const bytes = readBytes(fd, Buffer.alloc(dimension * 4), headerBytes + row * dimension * 4);
    return Float32Array.from({ length: dimension }, (_, i) => bytes.readFloatLE(i * 4));
  } finally {
    fs.closeSync(fd);
  }
}

const headerBytes = 45;
const chunkBytes = 4 * 1024 * 1024;
/** Larger writes took Linux 6.18 up to ten times as long. */
const writeBytes = 256 * 1024;
const rowsAtOnce = (dimension: number) => Math.max(1, Math.floor(chunkBytes / (dimension * 4)));
const reserved = 1n << 20n;
const innerProduct = 0;

function fileSize({ dimension, count }: IndexHeader): number {
  return headerBytes + dimension * count * 4;
}

function encodeHeader({ dimension, count }: IndexHeader): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.write('IxFI', 'latin1');
  header.writeInt32LE(dimension, 4);
  header.writeBigInt64LE(BigInt(count), 8);
  header.writeBigInt64LE(reserved, 16);
  header.writeBigInt64LE(reserved, 24);
  header.writeUInt8(1, 32);
  header.writeInt32LE(innerProduct, 33);
  header.writeBigUInt64LE(BigInt(count) * BigInt(dimension), 37);
  return header;
}

function decodeHeader(header: Buffer, size: number): IndexHeader {
  if (header.length < headerBytes) {
    throw new Error(`The index file ends after ${size} bytes; its header alone has ${headerBytes}.`);
  }
  const kind = header.toString('latin1', 0, 4);
  if (kind !== 'IxFI') {
    throw new Error(`The file is no IndexFlatIP: it begins with ${JSON.stringify(kind)}, not "IxFI".`);
  }
  const dimension = header.readInt32LE(4);
  const count = Number(header.readBigInt64LE(8));
  if (dimension < 1 || dimension > 65_536) throw new Error(`The index file names ${dimension} dimensions.`);
  if (count < 0) throw new Error(`The index file names ${count} vectors.`);
  if (header.readUInt8(32) !== 1) throw new Error('The index file says that it is not trained.');
  const metric = header.readInt32LE(33);
  if (metric !== innerProduct) {
    throw new Error(`The index file compares by metric ${metric}; only the inner product (0) is read.`);
  }
  const numbers = header.readBigUInt64LE(37);
  if (numbers !== BigInt(count) * BigInt(dimension)) {
    throw new Error(`The index file names ${numbers} numbers for ${count} vectors of ${dimension}.`);
  }
  if (size !== fileSize({ dimension, count })) {
    throw new Error(
      `The index file has ${size} bytes; ${count} vectors of ${dimension} need ${fileSize({ dimension, count })}.`,
    );
  }
  return { dimension, count };
}

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

function readBytes<Target extends Uint8Array>(fd: number, target: Target, position: number): Target {
  for (let filled = 0; filled < target.length; ) {
    const read = fs.readSync(fd, target, filled, target.length - filled, position + filled);
    if (read === 0) throw new Error('The index file became shorter while it was read.');
    filled += read;
  }
  return target;
}

function assertLength(vector: Float32Array, dimension: number) {
  if (vector.length !== dimension) {
    throw new Error(`A vector has ${vector.length} numbers; the index has ${dimension}.`);
  }
}
