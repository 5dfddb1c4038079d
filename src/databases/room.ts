// The limits of a vacuum: the room that it needs, and the size up to which it may hold ops.db.
import fs from 'node:fs';
import path from 'node:path';
import type { Config } from '../core/config.ts';
import { readFreeBytes } from '../core/disk-reserve.ts';
import { AppError } from '../core/errors.ts';
import { formatBytes } from '../core/format.ts';
import { type DatabaseName, fileNameOf, fileOf } from './database.ts';

/** The server can write nothing to ops.db while it is compacted, a second or two for each 100 MiB. */
export const opsMaxBytes = 512 * 1024 * 1024;

type Given = Pick<Config, 'root' | 'databasePath' | 'opsDatabasePath'>;

/** Throws `wrong_state` for an ops.db that is too large, and `disk_full` without room for a vacuum. Asks the system for sizes
 *  only. */
export function assertVacuumPossible(config: Given, name: DatabaseName) {
  assertExists(config, name);
  const file = fileNameOf(config, name);
  const bytes = fs.statSync(fileOf(config, name)).size;
  if (name === 'ops' && bytes >= opsMaxBytes) {
    const message = `${file} has ${formatBytes(bytes)}, and above ${formatBytes(opsMaxBytes)} a vacuum would keep the server from writing for too long. Stop the server, then run: sqlite3 ${fileOf(config, name)} VACUUM`;
    throw new AppError('wrong_state', message, { bytes, max_bytes: opsMaxBytes });
  }
  for (const [folder, needed, use] of needsOf(config, name, bytes)) {
    const free = readFreeBytes(folder);
    if (free >= needed) continue;
    const message = `${file} has ${formatBytes(bytes)}, and a vacuum needs ${formatBytes(needed)} of free disk in ${folder} ${use}, but ${formatBytes(free)} are free. Free some space, then try again.`;
    throw new AppError('disk_full', message, { folder, free_bytes: free, needed_bytes: needed });
  }
}

/** Throws `wrong_state` while there is no log. */
export function assertExists(config: Given, name: DatabaseName) {
  if (name !== 'log' || fs.existsSync(fileOf(config, name))) return;
  throw new AppError('wrong_state', 'There is no log.db. The server makes it when it starts.');
}

/** SQLite writes the compacted copy to a temporary file in the data folder, then to the log beside the database. */
function needsOf(config: Given, name: DatabaseName, bytes: number): [string, number, string][] {
  return [
    [path.dirname(fileOf(config, name)), 2 * bytes, 'for the copy and the log'],
    [config.root, bytes, 'for the copy'],
  ];
}
