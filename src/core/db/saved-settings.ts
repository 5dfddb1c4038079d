// Reads the saved settings in ops.db. The feature `settings` writes them.
import type { Config } from '../config.ts';
import { explain } from '../faults.ts';
import { parseJson } from '../json.ts';
import { applySaved, useKeyFile } from '../settings/in-use.ts';
import type { Db } from './open.ts';
import { readFrom } from './read-from.ts';

/** The function reads the values by key; one that no setting can have, e.g. an object, is undefined. */
export function prepareSavedSettings(ops: Db): () => Map<string, unknown> {
  const all = ops.prepare<[], { key: string; value: string }>('SELECT key, value FROM setting ORDER BY key');
  return () => new Map(all.all().map(({ key, value }) => [key, readValue(value)]));
}

function readValue(written: string): unknown {
  const value = parseJson(written);
  const isList = Array.isArray(value) && value.every((item) => typeof item !== 'object');
  return typeof value === 'object' && !isList ? undefined : value;
}

/** Assigns the saved settings to `config` in a process without a server around it, such as a worker that is started by hand. An
 *  ops.db that is missing or old has none; one that cannot be read is a warning. */
export function applySavedSettings(config: Config): Config {
  const file = config.opsDatabasePath;
  try {
    const found = readSaved(file);
    if (!found) return config;
    applySaved(config, found.saved, 'start');
    for (const { name, path } of found.keys) useKeyFile(config, name, path);
  } catch (error) {
    const warning = `The saved settings cannot be read, so they do not count. ${explain(error, file)}`;
    Object.assign(config, { warnings: [...config.warnings, warning] });
  }
  return config;
}

/** The files of credentials that are in use. */
const keyFiles = `SELECT name, path FROM credential WHERE slot = 'saved'`;

function readSaved(file: string) {
  return readFrom(file, (ops) => {
    const keys = ops.prepare(keyFiles).all() as { name: string; path: string }[];
    return { saved: prepareSavedSettings(ops)(), keys };
  });
}
