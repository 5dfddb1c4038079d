// Writes the bytes of an upload to a file as they arrive, up to the limit.
import fs from 'node:fs';
import { addAbortSignal, type Readable } from 'node:stream';
import { isDiskFull } from './disk-reserve.ts';
import { AppError } from './errors.ts';
import { formatBytes, formatLimit } from './format.ts';

type Receive = {
  /** Created here; the caller removes it after an error. */
  file: string;
  /** The upload's name in error messages. */
  name: string;
  maxBytes: number;
  /** The limit that the error names, when other files have used a part of it. */
  limitBytes?: number;
  /** A sentence for the error of a full disk: `The current index is unchanged.` */
  unchanged: string;
  body: Readable;
  signal: AbortSignal;
  onBytes: (received: number) => void;
};

/** Returns the number of bytes. Throws `too_large`, `disk_full`, or `bad_request` with `aborted` when the body breaks off. */
export async function receiveFile(upload: Receive): Promise<number> {
  const handle = await fs.promises.open(upload.file, newFile, 0o600);
  try {
    await fs.promises.writeFile(handle, joinChunks(takeChunks(upload)));
    return (await handle.stat()).size;
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    throw diskFull('The disk is full, so the upload could not be kept.', upload.unchanged);
  } finally {
    await handle.close();
  }
}

export function tooLarge(what: string, maxBytes: number): AppError {
  const limit = `The limit is ${formatLimit(maxBytes)}.`;
  return new AppError('too_large', `${what} ${limit} Nothing was uploaded.`, { limit_bytes: maxBytes });
}

export function diskFull(what: string, unchanged: string): AppError {
  const next = `Free some space, then upload it again. ${unchanged}`;
  return new AppError('disk_full', `${what} ${next}`, { code: 'disk_full' });
}

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = fs.constants;
const newFile = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;

async function* takeChunks({
  name,
  maxBytes,
  limitBytes,
  body,
  signal,
  onBytes,
}: Receive): AsyncGenerator<Buffer> {
  let received = 0;
  try {
    for await (const chunk of addAbortSignal(signal, body) as AsyncIterable<Buffer>) {
      received += chunk.length;
      if (received > maxBytes) break;
      onBytes(received);
      yield chunk;
    }
  } catch {
    const message = `The upload of ${name} was interrupted after ${formatBytes(received)}. Nothing was kept.`;
    throw new AppError('bad_request', message, { code: 'aborted', bytes: received });
  }
  if (received > maxBytes) throw tooLarge(`${name} is too large.`, limitBytes ?? maxBytes);
}

/** Writes of a mebibyte took Linux 6.18 up to ten times as long as four of a quarter. */
const writeBytes = 256 * 1024;

/** Joins small chunks, so that the file gets few writes. A joined chunk is valid until the next one is asked for. */
async function* joinChunks(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const joined = Buffer.allocUnsafe(writeBytes);
  let filled = 0;
  for await (const chunk of chunks) {
    for (let taken = 0; taken < chunk.length; ) {
      const copied = chunk.copy(joined, filled, taken);
      taken += copied;
      filled += copied;
      if (filled < writeBytes) continue;
      yield joined;
      filled = 0;
    }
  }
  if (filled > 0) yield joined.subarray(0, filled);
}
