// The file of settings, without secrets. Values of the environment belong to a machine, not to the file.
import { findSetting } from '../core/settings/declared.ts';
import { findLimitFault, readLimitKey } from '../core/settings/operation-limits.ts';
import type { Setting } from '../core/settings/setting.ts';
import type { Values } from './check-values.ts';
import type { toFileFlags } from './flags-of-file.ts';
import type { toFileObjectives } from './objectives-of-file.ts';
import type { toFileWebhooks } from './webhooks-of-file.ts';

export const fileFormat = 1;

type Lists = {
  flags: ReturnType<typeof toFileFlags>;
  objectives: ReturnType<typeof toFileObjectives>;
  webhooks: ReturnType<typeof toFileWebhooks>;
};

/** The contents of a file with these values and lists. The list of schedules is for a later version. */
export const toFile = (settings: Values, { flags, objectives, webhooks }: Lists) => ({
  format: fileFormat,
  settings,
  schedules: [],
  flags,
  objectives,
  webhooks,
});

/** The saved values that a file may have, for a process that does not know all operations. */
export function exportable(saved: ReadonlyMap<string, unknown>): Values {
  return Object.fromEntries([...saved].filter(([key, value]) => isUsable(key, value)));
}

function isUsable(key: string, value: unknown): boolean {
  const limit = readLimitKey(key);
  if (limit) return findLimitFault(limit.name, value) === null;
  const setting = findSetting(key) ?? undefined;
  return setting !== undefined && isExported(setting) && setting.kind.findFault(value) === null;
}

export function isExported(setting: Setting | undefined): boolean {
  return setting !== undefined && !setting.isSecret && setting.onlyEnvironment === null;
}
