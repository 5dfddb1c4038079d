// One server a data root: flock on an open file for the life of the process; the kernel frees it on death.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { AppError } from '../errors.ts';

/** What flock(1) ends with when it would have to wait. */
const heldByAnother = 1;

export type ServerLock = { release(): void };

/** Throws `config` with the name of the holder when another server has the data root. The holder is told in the file
 *  as `{pid, url, since}`. */
export function acquireServerLock(
  root: string,
  holder: { pid: number; url: string; since: string },
): ServerLock {
  fs.mkdirSync(root, { recursive: true, mode: 0o700 });
  const file = path.join(root, 'server.lock');
  const fd = fs.openSync(file, fs.constants.O_RDWR | fs.constants.O_CREAT, 0o600);
  const { status, error, stderr } = spawnSync('flock', ['-n', '-x', '3'], {
    stdio: ['ignore', 'ignore', 'pipe', fd],
    encoding: 'utf8',
  });
  if (status === 0) {
    fs.ftruncateSync(fd);
    fs.writeSync(fd, JSON.stringify(holder), 0);
    return { release: () => fs.closeSync(fd) };
  }
  const named = fs.readFileSync(file, 'utf8');
  fs.closeSync(fd);
  if (error)
    throw new AppError('config', `The data folder cannot be locked: ${error.message}. Install util-linux.`);
  if (status !== heldByAnother)
    throw new AppError('config', `The data folder ${root} cannot be locked: ${stderr.trim()}.`);
  throw new AppError(
    'config',
    `The data folder ${root} is in use by another server: ${named || 'not named yet'}. Stop it, or set CHL_EXPERIENCE_ROOT.`,
  );
}
