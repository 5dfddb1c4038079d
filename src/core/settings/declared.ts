// All settings but the limits of operations, which operation-limits.ts derives from the catalogue. Adding a setting is one
// declaration: its name in an object below is its name in `Config`.
import { checkSettings } from './declared-checks.ts';
import { costSettings } from './declared-costs.ts';
import { dataSettings, retentionSettings, sheetSettings } from './declared-data.ts';
import { incidentSettings } from './declared-incidents.ts';
import { embeddingSettings, googleSettings, jobSettings, serviceSettings } from './declared-jobs.ts';
import { queueSettings } from './declared-queue.ts';
import { activitySettings, liveSettings, serverSettings } from './declared-server.ts';
import { webhookSettings } from './declared-webhooks.ts';
import type { Setting } from './setting.ts';

/** The members of `Config` that have a declaration of their own. */
export const plainSettings = {
  ...serverSettings,
  ...dataSettings,
  ...jobSettings,
  ...retentionSettings,
  ...sheetSettings,
  ...embeddingSettings,
  ...queueSettings,
  ...liveSettings,
  ...activitySettings,
  ...incidentSettings,
  ...costSettings,
  ...webhookSettings,
};

export const settings: Setting[] = [
  ...Object.values(plainSettings),
  ...Object.values(serviceSettings),
  ...Object.values(googleSettings),
  ...Object.values(checkSettings),
];

const byKey = new Map(settings.map((setting) => [setting.key, setting]));

export function findSetting(key: string): Setting | null {
  return byKey.get(key) ?? null;
}
