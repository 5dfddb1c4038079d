// The place of log.db, which no other database may have: whatever cannot be read there is made again.
import path from 'node:path';
import type { Config } from '../core/config.ts';
import { AppError } from '../core/errors.ts';
import { statOf } from '../core/secret-file.ts';

/** The file of the log store in a data folder. */
export function logFileOf(root: string): string {
  return path.join(root, 'log.db');
}

/** Throws `config` when the library or ops.db lies where the log store keeps its file. */
export function refuseSharedLogFile({ root, databasePath, opsDatabasePath }: Config) {
  const file = logFileOf(root);
  const names = { CHL_DATABASE_PATH: databasePath, CHL_OPS_DATABASE_PATH: opsDatabasePath };
  const [name] = Object.entries(names).find(([, place]) => isSameFile(place, file)) ?? [];
  if (name === undefined) return;
  throw new AppError(
    'config',
    `${name} is ${file}, where the server keeps its log. Nothing was changed. Rename that file together with its -wal and -shm files, and set ${name} to the new name.`,
  );
}

function isSameFile(one: string, other: string): boolean {
  if (path.resolve(one) === path.resolve(other)) return true;
  const [a, b] = [one, other].map(statOf);
  return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino;
}
