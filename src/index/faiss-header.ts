// The header of an `IndexFlatIP` file, as faiss.write_index writes it: 45 bytes, little-endian. float32 vectors follow.
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

export function withFile<T>(file: string, work: (fd: number) => T): T {
  const fd = fs.openSync(file, 'r');
  try {
    return work(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/** As `readIndexHeader`, from an open file; also returns its size and the bytes of the header. */
export function readHeader(fd: number): { header: IndexHeader; size: number; head: Buffer } {
  const { size } = fs.fstatSync(fd);
  const head = readBytes(fd, Buffer.alloc(Math.min(headerBytes, size)), 0);
  return { header: decodeHeader(head, size), size, head };
}

/** Fills `target`, from a position in the file. */
export function readBytes<Target extends Uint8Array>(fd: number, target: Target, position: number): Target {
  for (let filled = 0; filled < target.length; ) {
    const read = fs.readSync(fd, target, filled, target.length - filled, position + filled);
    if (read === 0) throw new Error('The index file became shorter while it was read.');
    filled += read;
  }
  return target;
}

function decodeHeader(header: Buffer, size: number): IndexHeader {
  if (header.length < headerBytes) {
    throw new Error(`The index file ends after ${size} bytes; its header alone has ${headerBytes}.`);
  }
  const kind = header.toString('latin1', 0, 4);
  if (kind !== magic) {
    throw new Error(
      `The file is not an IndexFlatIP file: it begins with ${JSON.stringify(kind)}, not "${magic}".`,
    );
  }
  const dimension = header.readInt32LE(4);
  const count = Number(header.readBigInt64LE(8));
  if (dimension < 1 || dimension > maxDimension) {
    throw new Error(`The index file names ${dimension} dimensions.`);
  }
  if (count < 0) throw new Error(`The index file names ${count} vectors.`);
  if (header.readUInt8(32) !== 1) throw new Error('The index file is marked as not trained.');
  const metric = header.readInt32LE(33);
  if (metric !== innerProduct) {
    throw new Error(`The index file compares by metric ${metric}; only the inner product (0) is supported.`);
  }
  const numbers = header.readBigUInt64LE(37);
  if (numbers !== BigInt(count) * BigInt(dimension)) {
    throw new Error(`The index file names ${numbers} numbers for ${count} vectors of ${dimension}.`);
  }
  const needed = headerBytes + dimension * count * 4;
  if (size !== needed) {
    throw new Error(`The index file has ${size} bytes; ${count} vectors of ${dimension} need ${needed}.`);
  }
  return { dimension, count };
}
