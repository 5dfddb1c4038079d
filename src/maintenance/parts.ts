// Builds the objects of the feature from the kernel and the features before it.
import type { Context, Kernel } from '../core/kernel.ts';
import { jobs } from '../jobs/feature.ts';
import { windowStore } from '../window-store/feature.ts';
import { createWindows } from './windows.ts';

export type MaintenanceContext = Kernel & ReturnType<typeof createMaintenanceParts>;

export function createMaintenanceParts(ctx: Context) {
  const { repository, lockQueue, windowLine } = ctx.use(jobs);
  const { windowRepository } = ctx.use(windowStore);
  const windows = createWindows({ ...ctx, windows: windowRepository, windowLine, lockQueue, repository });
  return { windows };
}
