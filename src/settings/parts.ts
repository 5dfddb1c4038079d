// Builds the objects of the feature from the kernel.
import { backupStore } from '../backup-store/feature.ts';
import type { Context, Kernel } from '../core/kernel.ts';
import { flags } from '../flags/feature.ts';
import { objectiveStore } from '../objective-store/feature.ts';
import { webhookStore } from '../webhook-store/feature.ts';
import { createSettingRepository } from './repository.ts';
import { createSettingsFile } from './settings-file.ts';
import { createSettings } from './settings.ts';

export type SettingContext = Kernel & ReturnType<typeof createSettingParts>;

export function createSettingParts(ctx: Context) {
  const repository = createSettingRepository(ctx.ops);
  const settings = createSettings({ ...ctx, repository });
  const settingsFile = createSettingsFile({
    ...ctx,
    settings,
    flags: ctx.use(flags).flags,
    objectives: ctx.use(objectiveStore).objectives,
    webhooks: ctx.use(webhookStore).webhookImport,
  });
  return { settings, settingsFile, setReader: ctx.use(backupStore).setReader };
}
