// fsync, so that written files survive a power cut.
import fs from 'node:fs';

/** Syncs a file's bytes, or a folder's list of names (after a rename). */
export function syncToDisk(fileOrFolder: string) {
  const fd = fs.openSync(fileOrFolder, 'r');
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}
