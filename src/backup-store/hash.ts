// SHA-256 of files, hexadecimal, off the event loop. That of a large index takes as long as all other checks of it together.
import { once } from 'node:events';
import fs from 'node:fs';
import { Worker } from 'node:worker_threads';
import { hashFileSync } from './hash-sync.ts';

/** A thread takes longer to start than less than this to hash. */
const threadBytes = 8 * 1024 * 1024;

/** Hashes a large file in a thread, so that the caller can check its content meanwhile. */
export async function hashFile(file: string): Promise<string> {
  return fs.statSync(file).size < threadBytes ? hashFileSync(file) : hashInThread(file);
}

/** The server uses this one: its event loop waits for no file. */
export async function hashInThread(file: string): Promise<string> {
  const worker = new Worker(new URL('./hash-worker.js', import.meta.url), { workerData: file, execArgv: [] });
  const [sha256] = (await once(worker, 'message')) as [string];
  return sha256;
}
