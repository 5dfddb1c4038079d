// Writes the bytes of an upload to a file as they come, and none beyond the limit. Whoever asked removes the file when this
// throws: it was made before anything could break off.
import { once } from 'node:events';
import fs from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Worker } from 'node:worker_threads';
import { AppError } from '../core/errors.ts';
import { isDiskFull } from '../core/disk-reserve.ts';
import { bytes as wordBytes } from '../core/format.ts';
import { type Received, type ReceiveStart, slotBytes, slots } from './receive-protocol.ts';

type Receive = {
  /** Is made. */
  file: string;
  /** What people call the upload. */
  name: string;
  maxBytes: number;
  body: Readable;
  signal: AbortSignal;
  onBytes: (received: number) => void;
  /** The file of the thread that writes; for tests. */
  threadFile?: URL;
};

/** Also gives how many bytes came. Throws `too_large`, `disk_full`, that it broke off, or what went wrong here. */
export async function receiveZip(given: Receive): Promise<Received & { bytes: number }> {
  const fd = fs.openSync(given.file, newFile, 0o600);
  try {
    const writer = createWriter(fd, given.signal, given.threadFile ?? ownThreadFile);
    try {
      return await passOn(given, writer);
    } finally {
      await writer.close();
    }
  } catch (error) {
    throw isDiskFull(error) ? diskFull() : error;
  } finally {
    fs.closeSync(fd);
  }
}

async function passOn({ name, maxBytes, body, signal, onBytes }: Receive, writer: Writer) {
  let bytes = 0;
  let failure: unknown = null;
  const noteFailure = (error: unknown) => {
    failure = error;
    throw error;
  };
  const take = async (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLarge(`${name} is larger than this page takes.`, maxBytes);
    onBytes(bytes);
    await writer.write(chunk);
  };
  const takeAll = async (source: AsyncIterable<Buffer>) => {
    for await (const chunk of source) await take(chunk).catch(noteFailure);
  };
  try {
    await pipeline(body, takeAll, { signal });
    return { bytes, ...(await writer.end().catch(noteFailure)) };
  } catch (error) {
    if (error === failure && !signal.aborted) throw error;
    const message = `The upload of ${name} broke off after ${wordBytes(bytes)}. Nothing was kept.`;
    throw new AppError('bad_request', message, { code: 'aborted', bytes });
  }
}

export function tooLarge(what: string, maxBytes: number): AppError {
  const limit = `The limit is ${maxBytes / 1024 ** 2} MiB.`;
  return new AppError('too_large', `${what} ${limit} Nothing was uploaded.`, { limit_bytes: maxBytes });
}

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = fs.constants;
const newFile = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
const ownThreadFile = new URL('./receive-worker.js', import.meta.url);

type Writer = ReturnType<typeof createWriter>;

/** The descriptor is the caller's, to be closed after the writer. The thread starts with the first slot that is full: many
 *  uploads break off before. What it fails with is thrown when its answer is waited for. */
function createWriter(fd: number, signal: AbortSignal, threadFile: URL) {
  const room = new SharedArrayBuffer(slots * slotBytes);
  let thread: Worker | null = null;
  let exited = Promise.resolve();
  let slot = 0;
  let filled = 0;
  let unwritten = 0;
  let received: Received | null = null;
  let failure: Error | null = null;

  const start = () => {
    const worker = new Worker(threadFile, { workerData: { fd, room } satisfies ReceiveStart, execArgv: [] });
    worker.on('message', (message: Received | null) => {
      if (message === null) unwritten--;
      else received = message;
    });
    worker.once('error', (error) => {
      failure = error;
    });
    exited = new Promise((resolve) => {
      worker.once('exit', (code) => {
        if (!received) failure ??= new Error(`The thread of an upload ended with exit code ${code}.`);
        resolve();
      });
    });
    return worker;
  };
  const started = () => {
    thread ??= start();
    return thread;
  };
  const pass = () => {
    started().postMessage(filled);
    unwritten++;
    slot = (slot + 1) % slots;
    filled = 0;
  };
  const answered = async () => {
    await Promise.race([once(started(), 'message', { signal }), exited]);
    if (failure) throw failure;
  };

  return {
    async write(chunk: Buffer) {
      for (let taken = 0; taken < chunk.length; ) {
        while (unwritten === slots) await answered();
        const part = chunk.subarray(taken, taken + slotBytes - filled);
        part.copy(Buffer.from(room, slot * slotBytes + filled));
        taken += part.length;
        filled += part.length;
        if (filled === slotBytes) pass();
      }
    },

    async end(): Promise<Received> {
      if (filled > 0) pass();
      started().postMessage(0);
      while (!received) await answered();
      return received;
    },

    /** Lets the thread end by itself: one that is stopped while it loads leaves the files of its code open. */
    async close() {
      if (!received) thread?.postMessage(0);
      await exited;
    },
  };
}

function diskFull(): AppError {
  return new AppError(
    'disk_full',
    'The disk is full, so the upload could not be kept. Free some space, then upload it again. The current index is unchanged.',
    { code: 'disk_full' },
  );
}
