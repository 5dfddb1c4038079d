// Finds programs in PATH.
import fs from 'node:fs';
import path from 'node:path';
import { searchPath } from '../core/config.ts';

/** The full path of an executable in PATH, or null. */
export function findInPath(name: string): string | null {
  return findExecutable(name, searchPath);
}

/** A `name` with a slash is a path itself. */
export function findExecutable(name: string, folders: string[]): string | null {
  const files = name.includes('/') ? [name] : folders.map((folder) => path.join(folder, name));
  return files.find(isExecutable) ?? null;
}

function isExecutable(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}
