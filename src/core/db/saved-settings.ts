// Reads the saved settings in ops.db. The feature `settings` writes them.
import type { Config } from '../config.ts';
import { parseJson } from '../json.ts';
import { applySaved, useKeyFile } from '../settings/in-use.ts';
import type { Db } from './open.ts';
import { readFrom } from './read-from.ts';

/** The values by key; a value that is not JSON is undefined. */
export function readSavedSettings(ops: Db): Map<string, unknown> {
  const rows = ops.prepare('SELECT key, value FROM setting ORDER BY key').all() as {
    key: string;
    value: string;
  }[];
  return new Map(rows.map(({ key, value }) => [key, parseJson(value)]));
}

/** Assigns the saved settings to `config` in a process without a server around it, such as a worker that is started by hand.
 *  An ops.db that is missing, old or damaged has none; its users report it. */
export function applySavedSettings(config: Config): Config {
  const found = readSaved(config.opsDatabasePath);
  if (!found) return config;
  applySaved(config, found.saved, 'start');
  for (const { name, path } of found.keys) useKeyFile(config, name, path);
  return config;
}

/** The files of credentials that are in use. */
const keyFiles = `SELECT name, path FROM credential WHERE slot = 'saved'`;

function readSaved(file: string) {
  try {
    return readFrom(file, (ops) => {
      const keys = ops.prepare(keyFiles).all() as { name: string; path: string }[];
      return { saved: readSavedSettings(ops), keys };
    });
  } catch {
    return null;
  }
}
