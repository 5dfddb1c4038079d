// Builds the objects of the feature from the kernel.
import type { Context, Kernel } from '../core/kernel.ts';
import { createSettingRepository } from './repository.ts';
import { createSettingsFile } from './settings-file.ts';
import { createSettings } from './settings.ts';

export type SettingContext = Kernel & ReturnType<typeof createSettingParts>;

export function createSettingParts(ctx: Context) {
  const repository = createSettingRepository(ctx.ops);
  const settings = createSettings({ ...ctx, repository });
  return { settings, settingsFile: createSettingsFile({ ...ctx, settings }) };
}
