// Reads the entries of a ZIP whose structure was checked: a stored entry as a range of the file, a deflated one through
// unzipper, which checks nothing itself. Size and CRC-32 of each entry are checked here.
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import unzipper from 'unzipper';
import { readSome, type ZipFile } from './bytes.ts';
import type { ZipEntry } from './directory.ts';
import { entryRefusal, ZipRefusal } from './refusal.ts';
import type { ZipStructure } from './structure.ts';

export type ZipReader = Awaited<ReturnType<typeof openZip>>;

/** Large, because each chunk costs one wait, which may be long on a busy machine. */
const chunkBytes = 4 * 1024 * 1024;
const inflateBytes = 1024 * 1024;
/** Behind the directory: what unzipper reads first. Larger with a comment. */
const minTailBytes = 80;

type Source = Parameters<typeof unzipper.Open.custom>[0];
/** The types of unzipper lack the options. */
const openCustom: (source: Source, options: { tailSize: number }) => ReturnType<typeof unzipper.Open.custom> =
  unzipper.Open.custom;

/** The caller closes the descriptor. Throws `zip_structure` when unzipper reads the archive differently. */
export async function openZip({ zip, tailBytes, entries }: ZipStructure) {
  const { size } = zip;
  const streams: Readable[] = [];
  const source = {
    size: () => Promise.resolve(size),
    stream(start: number, length: number) {
      const stream = readRange(zip, start, Math.min(size, length ? start + length : size));
      streams.push(stream);
      return stream;
    },
  };
  const directory = await openCustom(source, { tailSize: Math.max(minTailBytes, tailBytes) });
  const found = new Map(directory.files.map((file) => [file.offsetToLocalFileHeader, file]));
  const isSame = entries.every((entry) => {
    const file = found.get(entry.headerAt);
    return (
      file?.pathBuffer.equals(entry.rawName) &&
      file.compressedSize === entry.compressedSize &&
      file.uncompressedSize === entry.size
    );
  });
  if (!isSame || directory.files.length !== entries.length) {
    throw new ZipRefusal('zip_structure', 'The ZIP can be read in two ways.');
  }
  return {
    /** Closes the streams that unzipper leaves open. To be called before the descriptor is closed. */
    close() {
      for (const stream of streams) stream.destroy();
    },
    /** Passes the bytes of an entry to `onBytes`. A chunk is valid until the promise that `onBytes` returns settles. Throws
     *  `zip_damaged` when size or CRC-32 differ from what the ZIP says. */
    async read(entry: ZipEntry, onBytes: (chunk: Buffer) => unknown) {
      const { shown: name, headerAt, size } = entry;
      let bytes = 0;
      let sum = 0;
      try {
        const chunks = entry.isDeflated ? (found.get(headerAt)?.stream() ?? []) : readStored(zip, entry);
        for await (const chunk of chunks) {
          bytes += chunk.length;
          if (bytes > size) break;
          // The system writes the chunk while its CRC is computed here.
          const taken = onBytes(chunk);
          sum = crc32(chunk, sum);
          await taken;
        }
      } catch (error) {
        if (!isOfZip(error)) throw error;
        throw entryRefusal('zip_damaged', name, 'cannot be unpacked: it is damaged.');
      }
      if (bytes !== size) {
        throw entryRefusal('zip_damaged', name, 'has another size than the ZIP says.');
      }
      if (sum !== entry.crc) {
        throw entryRefusal('zip_damaged', name, 'is damaged: its CRC-32 differs.');
      }
    },
  };
}

/** An error of zlib, or unzipper's error for bytes that end too early. */
function isOfZip(error: unknown): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  return code?.startsWith('Z_') === true || message === 'FILE_ENDED';
}

/** The chunks share one buffer. */
function* readStored(zip: ZipFile, { dataAt, size }: ZipEntry): Generator<Buffer> {
  const buffer = Buffer.allocUnsafe(Math.min(chunkBytes, size));
  for (let at = 0; at < size; ) {
    const read = readSome(zip, buffer.subarray(0, size - at), dataAt + at);
    if (read === 0) return;
    yield buffer.subarray(0, read);
    at += read;
  }
}

/** Reads on demand and never ahead, so that no read is open when the descriptor is closed. */
function readRange(zip: ZipFile, start: number, end: number): Readable {
  let at = start;
  return new Readable({
    highWaterMark: inflateBytes,
    read() {
      const chunk = Buffer.allocUnsafe(Math.min(inflateBytes, Math.max(0, end - at)));
      const read = readSome(zip, chunk, at);
      at += read;
      this.push(read === 0 ? null : chunk.subarray(0, read));
    },
  });
}
