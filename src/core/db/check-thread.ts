// Checks a database for damage off the event loop.
import { Worker } from 'node:worker_threads';

/** Calls `onResult` when the file is read; never when it cannot be read, which says nothing about damage. */
export function checkInThread(file: string, onResult: (damaged: boolean, file: string) => void): Worker {
  const thread = new Worker(new URL('./check-worker.js', import.meta.url), {
    workerData: file,
    execArgv: [],
  });
  return thread.once('message', (damaged) => onResult(damaged, file)).once('error', () => {});
}
