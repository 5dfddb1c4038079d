// The values that a process uses, and those that are configured: they differ where a change needs a restart.
import { createHash } from 'node:crypto';
import path from 'node:path';
import { compose, type Config, withoutUnfit } from './compose.ts';
import { findSetting, settings } from './declared.ts';
import { type Layers, type Resolved, resolve, type Saved, type Source } from './resolve.ts';
import type { Setting } from './setting.ts';

type Values = ReadonlyMap<string, Resolved>;
type InUse = {
  layers: Layers;
  network: Record<string, string>;
  /** Warnings about variables. */
  warnings: string[];
  saved: Saved;
  keyFiles: Map<string, string | null>;
  configured: Values;
  running: Values;
  /** Members that stay whatever is saved. */
  pinned: Partial<Config>;
};

/** A setting with the value that counts after the next start, its source, and the value that this process runs with. */
export type SettingState = {
  setting: Setting;
  value: unknown;
  source: Source;
  running: unknown;
  needsRestart: boolean;
};

const records = new WeakMap<Config, InUse>();

/** The configuration without saved values. Throws `config` for variables that cannot be used. */
export function createConfig(layers: Layers, network: Record<string, string>, warnings: string[]): Config {
  const { values, limits } = resolve(layers, new Map(), new Map());
  const config = { ...compose({ values, limits, folder: layers.folder, network }), warnings };
  const empty = { saved: new Map(), keyFiles: new Map(), pinned: {} };
  records.set(config, { layers, network, warnings, configured: values, running: values, ...empty });
  return config;
}

/** Assigns saved values to `config`: at a start all of them, later only those that need no restart. A saved value that cannot
 *  be used is a warning. */
export function applySaved(config: Config, saved: Saved, when: 'start' | 'running') {
  const record = recordOf(config);
  const { layers, network, keyFiles, pinned } = record;
  const { values, limits, warnings } = resolve(layers, saved, keyFiles);
  const given = { limits, folder: layers.folder, network };
  const fit = withoutUnfit({ ...given, values });
  const running = when === 'start' ? fit.values : withoutRestarts(fit.values, record.running);
  Object.assign(config, compose({ ...given, values: running }), pinned, {
    warnings: [...record.warnings, ...warnings, ...fit.warnings],
  });
  Object.assign(record, { saved, configured: fit.values, running });
}

/** Uses the file of a credential from now on, unless the environment names another one. */
export function useKeyFile(config: Config, credential: string, file: string | null) {
  const { keyFiles, saved } = recordOf(config);
  keyFiles.set(credential, file);
  applySaved(config, saved, 'running');
}

/** Throws `config` when these saved values would not fit together. */
export function assertFit(config: Config, saved: Saved) {
  const { layers, network, keyFiles } = recordOf(config);
  const { values, limits } = resolve(layers, saved, keyFiles);
  compose({ values, limits, folder: layers.folder, network });
}

/** Replaces members of `config` for good. */
export function pin(config: Config, members: Partial<Config>) {
  const record = recordOf(config);
  record.pinned = { ...record.pinned, ...members };
  Object.assign(config, members);
}

/** The .env file with the variables that were read from it. */
export function envFileOf(config: Config) {
  const { folder, file } = recordOf(config).layers;
  return { file: path.join(folder, '.env'), variables: file };
}

/** All declared settings; the limits of operations are not among them. */
export function settingStates(config: Config): SettingState[] {
  const { configured, running } = recordOf(config);
  return settings.map((setting) => {
    const { value, source } = configured.get(setting.key) ?? { value: setting.default, source: 'default' };
    const used = running.get(setting.key)?.value;
    return { setting, value, source, running: used, needsRestart: !isSame(value, used) };
  });
}

/** SHA-256 of all values that this process runs with, without secrets. */
export function configHash(config: Config): string {
  const values = settingStates(config)
    .filter(({ setting }) => !setting.isSecret)
    .map(({ setting, running }) => [setting.key, running]);
  const limits = Object.entries(config.limits).sort(([one], [other]) => (one < other ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([values, limits]))
    .digest('hex');
}

export const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

function withoutRestarts(configured: Values, running: Values): Values {
  const next = new Map(configured);
  for (const [key, used] of running) if (findSetting(key)?.needsRestart) next.set(key, used);
  return next;
}

function recordOf(config: Config): InUse {
  const record = records.get(config);
  if (record) return record;
  throw new Error(
    'This is a copy of a configuration; use the object that loadConfig or readConfig has returned.',
  );
}
