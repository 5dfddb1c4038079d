// Chooses the value of each setting: environment, then .env, then saved, then default.
import { readLimitKey, findLimitFault, type SavedLimits } from './operation-limits.ts';
import { findSetting, settings } from './declared.ts';
import type { Setting } from './setting.ts';

export type Environment = Record<string, string | undefined>;
export type Source = 'environment' | '.env' | 'saved' | 'default';

/** `folder`: that of the .env file, from which relative paths are resolved. */
export type Layers = { environment: Environment; file: Environment; folder: string };

/** Saved values by key. */
export type Saved = ReadonlyMap<string, unknown>;

export type Resolved = { value: unknown; source: Source };

/** The files of credentials, by the name of the credential. */
export type KeyFiles = ReadonlyMap<string, string | null>;

/** The values of declared settings by key, the saved limits of operations, and a warning for each saved value that cannot be
 *  used, whose default counts. Throws `config` for a variable that cannot be used. */
export function resolve(layers: Layers, saved: Saved, keyFiles: KeyFiles) {
  const values = new Map<string, Resolved>();
  for (const setting of settings) {
    const found =
      readVariable(setting, layers) ?? readKeyFile(setting, keyFiles) ?? readSaved(setting, saved);
    values.set(setting.key, found ?? { value: setting.default, source: 'default' });
  }
  return {
    values,
    limits: readLimits(saved),
    warnings: [...saved].flatMap(([key, value]) => warn(key, value)),
  };
}

/** The value that the environment or the .env file gives; null for none. */
function readVariable(setting: Setting, { environment, file, folder }: Layers): Resolved | null {
  const { variable, kind } = setting;
  if (variable === null) return null;
  const read = (written = '') => (kind.type === 'path' ? written : written.trim());
  const inEnvironment = read(environment[variable]);
  const text = inEnvironment || read(file[variable]);
  if (text === '') return null;
  return { value: kind.parse(text, variable, folder), source: inEnvironment ? 'environment' : '.env' };
}

function readKeyFile({ credential }: Setting, keyFiles: KeyFiles): Resolved | null {
  const file = credential === null ? null : keyFiles.get(credential);
  return file ? { value: file, source: 'saved' } : null;
}

function readSaved(setting: Setting, saved: Saved): Resolved | null {
  if (setting.onlyEnvironment !== null || setting.credential !== null || !saved.has(setting.key)) return null;
  const value = saved.get(setting.key);
  return setting.kind.findFault(value) === null ? { value, source: 'saved' } : null;
}

/** The saved limits of operations that can be used. */
export function readLimits(saved: Saved): Record<string, SavedLimits> {
  const limits: Record<string, SavedLimits> = {};
  for (const [key, value] of saved) {
    const named = readLimitKey(key);
    if (!named || findLimitFault(named.name, value) !== null) continue;
    limits[named.operation] = { ...limits[named.operation], [named.name]: value as number };
  }
  return limits;
}

function warn(key: string, value: unknown): string[] {
  const [setting, limit] = [findSetting(key), readLimitKey(key)];
  if (!setting && !limit) return [`The saved setting ${key} is not known to this version. It is ignored.`];
  if (setting?.credential)
    return [`The saved setting ${key} is ignored. Files of keys are set under Credentials.`];
  if (setting?.onlyEnvironment)
    return [`The saved setting ${key} can only be set by ${setting.variable}. It is ignored.`];
  const fault = setting ? setting.kind.findFault(value) : limit && findLimitFault(limit.name, value);
  return fault === null ? [] : [`The saved setting ${key} is ignored, its default counts. ${fault}`];
}
