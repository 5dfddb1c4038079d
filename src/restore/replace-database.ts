// Puts a database in the place of another one, which stays beside under another name. No process may have either open.
import fs from 'node:fs';
import path from 'node:path';
import { syncToDisk } from '../core/sync-to-disk.ts';

/** `kept`: the new name of the old file; null when there is none. At each moment a whole file has the name `file`. */
export function replaceDatabase(fresh: string, file: string, kept: string | null) {
  if (kept !== null) keep(file, kept);
  fs.renameSync(fresh, file);
  syncToDisk(path.dirname(file));
}

function keep(file: string, kept: string) {
  try {
    fs.linkSync(file, kept);
  } catch {
    // No hard links on this file system.
    fs.copyFileSync(file, kept);
    syncToDisk(kept);
  }
  // The log of a file that could not be opened stays with it.
  for (const suffix of ['-wal', '-journal'])
    if (fs.existsSync(file + suffix)) fs.renameSync(file + suffix, kept + suffix);
  fs.rmSync(`${file}-shm`, { force: true });
}
