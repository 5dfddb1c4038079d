// Files and folders that survive a power cut, and links where the file system has them.
import fs from 'node:fs';

export function writeDurably(file: string, text: string) {
  fs.writeFileSync(file, text, { flush: true });
}

/** Makes renames, new files and removals in the folder durable. */
export function fsyncFolder(folder: string) {
  const fd = fs.openSync(folder, 'r');
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/** Copies where there are no hard links, as on exFAT and some network shares. */
export function linkOrCopy(from: string, to: string) {
  try {
    fs.linkSync(from, to);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EMLINK') throw error;
    fs.copyFileSync(from, to);
  }
}

export function readIfExists(file: string): string | null {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
