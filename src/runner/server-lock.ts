// Allows one server for each data root: an flock, which the kernel frees when the process dies.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { AppError } from '../core/errors.ts';
import { explain } from '../core/faults.ts';
import { parseJson } from '../core/json.ts';

/** The process that holds the data root. `url` is null while it starts, and in a run by hand, which does not listen. */
export type LockHolder = { pid: number; url: string | null; since: string };

/** The exit code of flock(1) when it would have to wait. */
const heldByAnother = 1;

/** Takes the data root and writes the holder into the lock file. Throws `config` when another process has it; its name
 *  is in `details.holder`. `update` writes the holder again, e.g. with its address. */
export function acquireServerLock(root: string, holder: LockHolder) {
  const file = lockFile(root);
  const fd = openLock(root, file);
  const { status, error, stderr } = tryLock(fd);
  if (status === 0) {
    writeHolder(fd, holder);
    return { update: (anew: LockHolder) => writeHolder(fd, anew), release: () => fs.closeSync(fd) };
  }
  const holderText = fs.readFileSync(file, 'utf8');
  fs.closeSync(fd);
  if (error)
    throw new AppError('config', `The data folder cannot be locked: ${error.message}. Install util-linux.`);
  if (status !== heldByAnother)
    throw new AppError('config', `The data folder ${root} cannot be locked: ${stderr.trim()}.`);
  const user = `another server: ${holderText || 'not named yet'}`;
  const message = `The data folder ${root} is in use by ${user}. Stop it, or set CHL_EXPERIENCE_ROOT.`;
  throw new AppError('config', message, { holder: readHolder(holderText) });
}

/** The current holder of the data root; null when it is free. `holder` is null while its name is being written. */
export function findLockHolder(root: string): { holder: LockHolder | null } | null {
  const file = lockFile(root);
  if (!fs.existsSync(file)) return null;
  const fd = fs.openSync(file, 'r');
  try {
    const isHeld = tryLock(fd).status === heldByAnother;
    return isHeld ? { holder: readHolder(fs.readFileSync(file, 'utf8')) } : null;
  } finally {
    fs.closeSync(fd);
  }
}

function openLock(root: string, file: string): number {
  try {
    return fs.openSync(file, fs.constants.O_RDWR | fs.constants.O_CREAT, 0o600);
  } catch (error) {
    throw new AppError('config', `The data folder ${root} cannot be locked: ${explain(error)}`);
  }
}

export function lockFile(root: string): string {
  return path.join(root, 'server.lock');
}

function tryLock(fd: number) {
  return spawnSync('flock', ['-n', '-x', '3'], { stdio: ['ignore', 'ignore', 'pipe', fd], encoding: 'utf8' });
}

/** Writes at least as many bytes as before, then truncates: a reader never sees an empty file. */
function writeHolder(fd: number, holder: LockHolder) {
  const text = JSON.stringify(holder);
  fs.writeSync(fd, text.padEnd(fs.fstatSync(fd).size), 0);
  fs.ftruncateSync(fd, Buffer.byteLength(text));
}

function readHolder(text: string): LockHolder | null {
  const { pid, url, since } = (parseJson(text) ?? {}) as Partial<LockHolder>;
  return typeof pid === 'number' ? { pid, url: url ?? null, since: since ?? '' } : null;
}
