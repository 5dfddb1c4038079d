// Builds the objects of the feature from the kernel and the features before it.
import type { Context, Kernel } from '../core/kernel.ts';
import { jobs } from '../jobs/feature.ts';
import { windowStore } from '../window-store/feature.ts';
import { createHoldBack } from './hold-back.ts';
import { createWindowClock } from './window-clock.ts';
import { createWindows } from './windows.ts';

export type MaintenanceContext = Kernel & ReturnType<typeof createMaintenanceParts>;

export function createMaintenanceParts(ctx: Context) {
  const { repository, lockQueue, windowLine } = ctx.use(jobs);
  const { windowRepository } = ctx.use(windowStore);
  const given = { ...ctx, windows: windowRepository, windowLine };
  return {
    windows: createWindows({ ...given, lockQueue, repository }),
    windowClock: createWindowClock(given),
    holdBack: createHoldBack(given),
  };
}
