// Judges and reads a file that holds a secret, which nobody but its owner may read.
import fs from 'node:fs';

/** Larger files are no keys. */
export const maxSecretFileBytes = 512 * 1024;

/** Why such a file cannot be used, to follow its name; null when it can. */
export function findSecretFileProblem(file: string): string | null {
  const stat = statOf(file);
  if (!stat) return '; there is no such file, or it cannot be reached.';
  if (!stat.isFile()) return ', which is not a file. Set it to the file with the key.';
  return isOpenToOthers(stat) ? `, to which other users have access. Run: chmod 600 ${file}` : null;
}

/** The content of a file that somebody has named, or its beginning: at most one byte more than a key may have, because files of
 *  the kernel are endless. Null for a folder or a pipe, which would keep the event loop waiting. Throws the error of the
 *  system. */
export function readSecretBytes(file: string): Buffer | null {
  const fd = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  try {
    return fs.fstatSync(fd).isFile() ? readLimited(fd) : null;
  } finally {
    fs.closeSync(fd);
  }
}

/** Files of the kernel say that they are empty. */
export function readLimited(fd: number): Buffer {
  const content = Buffer.alloc(maxSecretFileBytes + 1);
  let length = 0;
  for (let read = -1; read !== 0 && length < content.length; length += read)
    read = fs.readSync(fd, content, length, content.length - length, null);
  return content.subarray(0, length);
}

/** Whether anyone but the owner may read, write or run it. */
export function isOpenToOthers({ mode }: Pick<fs.Stats, 'mode'>): boolean {
  return (mode & 0o077) !== 0;
}

/** Follows links; undefined for a file that does not exist or cannot be reached. */
export function statOf(file: string): fs.Stats | undefined {
  try {
    return fs.statSync(file);
  } catch {
    return undefined;
  }
}
