// One server a data root: flock on an open file for the life of the process; the kernel frees it on death.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { AppError } from '../core/errors.ts';

/** Who has the data root. `url` is null as long as it does not listen: it starts, or it is a run by hand. */
export type LockHolder = { pid: number; url: string | null; since: string };

type ServerLock = {
  /** Tells the holder anew, e.g. with the address it listens at. */
  tell(holder: LockHolder): void;
  release(): void;
};

/** What flock(1) ends with when it would have to wait. */
const heldByAnother = 1;

/** Throws `config` with the name of the holder, in `details.holder` too, when another process has the data root. The
 *  holder is told in the file. */
export function acquireServerLock(root: string, holder: LockHolder): ServerLock {
  fs.mkdirSync(root, { recursive: true, mode: 0o700 });
  const file = lockFile(root);
  const fd = fs.openSync(file, fs.constants.O_RDWR | fs.constants.O_CREAT, 0o600);
  const { status, error, stderr } = tryLock(fd);
  if (status === 0) {
    tell(fd, holder);
    return { tell: (anew) => tell(fd, anew), release: () => fs.closeSync(fd) };
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
    { holder: readHolder(named) },
  );
}

/** Who has the data root now; null when nobody has. The name is null while it is being written. Changes nothing. */
export function findLockHolder(root: string): { holder: LockHolder | null } | null {
  const file = lockFile(root);
  if (!fs.existsSync(file)) return null;
  const fd = fs.openSync(file, 'r');
  try {
    return tryLock(fd).status === heldByAnother
      ? { holder: readHolder(fs.readFileSync(file, 'utf8')) }
      : null;
  } finally {
    fs.closeSync(fd);
  }
}

function lockFile(root: string): string {
  return path.join(root, 'server.lock');
}

function tryLock(fd: number) {
  return spawnSync('flock', ['-n', '-x', '3'], { stdio: ['ignore', 'ignore', 'pipe', fd], encoding: 'utf8' });
}

/** One write, no shorter than what was there before it is cut: a reader never meets an empty file. */
function tell(fd: number, holder: LockHolder) {
  const text = JSON.stringify(holder);
  fs.writeSync(fd, text.padEnd(fs.fstatSync(fd).size), 0);
  fs.ftruncateSync(fd, Buffer.byteLength(text));
}

function readHolder(text: string): LockHolder | null {
  try {
    const { pid, url, since } = JSON.parse(text) as Partial<LockHolder>;
    return typeof pid === 'number' ? { pid, url: url ?? null, since: since ?? '' } : null;
  } catch {
    return null;
  }
}
