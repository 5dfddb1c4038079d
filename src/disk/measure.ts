// Measures the use of the disk in a thread, since walking over many files would hold up the server. It asks for sizes only, and
// never opens a file.
import { Worker } from 'node:worker_threads';
import type { Places } from './parts-of-disk.ts';
import type { Measured } from './walk-disk.ts';

/** Rejects when the data folder cannot be read, and when `signal` ends it. */
export function measureDisk(places: Places, signal: AbortSignal): Promise<Measured> {
  const { root, backupPath, indexFolder, databasePath, opsDatabasePath } = places;
  const workerData: Places = { root, backupPath, indexFolder, databasePath, opsDatabasePath };
  const thread = new Worker(new URL('./measure-worker.js', import.meta.url), { workerData, execArgv: [] });
  const stop = () => void thread.terminate();
  signal.addEventListener('abort', stop, { once: true });
  return new Promise<Measured>((resolve, reject) => {
    thread.once('message', resolve);
    thread.once('error', reject);
    thread.once('exit', () => {
      signal.removeEventListener('abort', stop);
      reject(new Error('The disk was not measured: its thread has ended.'));
    });
  });
}
