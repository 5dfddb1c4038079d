// Writes the bytes of an upload to a file as they come, and none beyond the limit. Whoever asked removes the file when this
// throws: it was made before anything could break off.
import fs from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../errors.ts';
import { isDiskFull } from '../jobs/disk-reserve.ts';
import { bytes as wordBytes } from '../wording.ts';
import { guessIndexStart } from './snapshot-head.ts';

export type Receive = {
  /** Is made. */
  file: string;
  /** What people call the upload. */
  name: string;
  maxBytes: number;
  body: Readable;
  signal: AbortSignal;
  onBytes: (received: number) => void;
};

/** Gives how many bytes came, and the first of them, which are not in the file (see snapshot-head.ts). Throws `too_large`,
 *  `disk_full`, or that it broke off. */
export async function receiveZip(given: Receive): Promise<{ bytes: number; head: Buffer }> {
  const { file, name, maxBytes, body, signal, onBytes } = given;
  let bytes = 0;
  let head: Buffer | null = null;
  // Every write is waited for, so a few large ones take far less time than many small ones.
  const gather = async function* (source: AsyncIterable<Buffer>) {
    let gathered: Buffer[] = [];
    let from = 0;
    const take = () => {
      const all = Buffer.concat(gathered);
      gathered = [];
      from = bytes;
      if (head !== null) return all;
      head = Buffer.from(all.subarray(0, guessIndexStart(all)));
      return all.subarray(head.length);
    };
    for await (const chunk of source) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw tooLarge(`${name} is larger than this page takes.`, maxBytes);
      onBytes(bytes);
      gathered.push(chunk);
      if (bytes - from >= writeBytes) yield take();
    }
    yield take();
  };
  try {
    const target = await fs.promises.open(file, newFile, 0o600);
    const stream = target.createWriteStream({ highWaterMark: 2 * writeBytes });
    await pipeline(body, gather, stream, { signal });
    return { bytes, head: head ?? Buffer.alloc(0) };
  } catch (error) {
    if (error instanceof AppError) throw error;
    if (isDiskFull(error)) throw diskFull();
    const message = `The upload of ${name} broke off after ${wordBytes(bytes)}. Nothing was kept.`;
    throw new AppError('bad_request', message, { code: 'aborted', bytes });
  }
}

export function tooLarge(what: string, maxBytes: number): AppError {
  const limit = `The limit is ${maxBytes / 1024 ** 2} MiB.`;
  return new AppError('too_large', `${what} ${limit} Nothing was uploaded.`, { limit_bytes: maxBytes });
}

const writeBytes = 1024 * 1024;
const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = fs.constants;
const newFile = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;

function diskFull(): AppError {
  return new AppError(
    'disk_full',
    'The disk is full, so the upload could not be kept. Free some space, then upload it again. The current index is unchanged.',
    { code: 'disk_full' },
  );
}
