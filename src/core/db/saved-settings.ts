// Reads the saved settings in ops.db. The feature `settings` writes them.
import fs from 'node:fs';
import type { Config } from '../config.ts';
import { parseJson } from '../json.ts';
import { applySaved } from '../settings/in-use.ts';
import { type Db, openDatabase, scriptBusyMs } from './open.ts';

/** The values by key; a value that is not JSON is undefined. */
export function readSavedSettings(ops: Db): Map<string, unknown> {
  const rows = ops.prepare('SELECT key, value FROM setting ORDER BY key').all() as {
    key: string;
    value: string;
  }[];
  return new Map(rows.map(({ key, value }) => [key, parseJson(value)]));
}

/** For a process without a server around it, such as a worker that is started by hand: assigns the saved settings to
 *  `config`. An ops.db that is missing, old or damaged has none; whoever needs it says so. */
export function applySavedSettings(config: Config): Config {
  const saved = readFrom(config.opsDatabasePath);
  if (saved) applySaved(config, saved, 'start');
  return config;
}

function readFrom(file: string): Map<string, unknown> | null {
  if (!fs.existsSync(file)) return null;
  try {
    const ops = openDatabase(file, { busyMs: scriptBusyMs, readonly: true });
    try {
      return readSavedSettings(ops);
    } finally {
      ops.close();
    }
  } catch {
    return null;
  }
}
