// Takes the data folder for a command that must not run beside a server.
import { AppError } from '../core/errors.ts';
import { acquireServerLock, type LockHolder } from './server-lock.ts';

/** Returns a function that gives it back. Throws `temporary` with `next` while a server, or another command that changes
 *  the data, runs. */
export function holdRoot(root: string, next: string): () => void {
  try {
    return acquireServerLock(root, { pid: process.pid, url: null, since: new Date().toISOString() }).release;
  } catch (error) {
    const details = error instanceof AppError ? (error.details ?? {}) : {};
    if (!('holder' in details)) throw error;
    const holder = details.holder as LockHolder | null;
    const user = holder === null ? 'another process' : `process ${holder.pid}`;
    const message = `The data folder ${root} is in use by ${user}. ${next} Nothing was changed.`;
    throw new AppError('temporary', message);
  }
}
