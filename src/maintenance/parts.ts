// Builds the objects of the feature from the kernel and the features before it.
import type { Context, Kernel } from '../core/kernel.ts';
import { jobs } from '../jobs/feature.ts';
import { windowStore } from '../window-store/feature.ts';
import { createWindowUnderWay } from './current-window.ts';
import { createEndings } from './endings.ts';
import { createHoldBack } from './hold-back.ts';
import { createRefusalRepository } from './refusal-repository.ts';
import { createWindowClock } from './window-clock.ts';
import { createWindowWatch } from './window-watch.ts';
import { createWindows } from './windows.ts';

export type MaintenanceContext = Kernel & ReturnType<typeof createMaintenanceParts>;

export function createMaintenanceParts(ctx: Context) {
  const { repository, lockQueue, windowClaims } = ctx.use(jobs);
  const { windowRepository } = ctx.use(windowStore);
  const given = { ...ctx, windows: windowRepository, windowClaims };
  const windows = createWindows({ ...given, lockQueue, repository });
  const { look } = createWindowWatch(windows, ctx.bus);
  return {
    windows,
    windowClock: createWindowClock({ ...given, look }),
    windowUnderWay: createWindowUnderWay(windows, ctx.now),
    holdBack: createHoldBack(given),
    refusals: createRefusalRepository(ctx.ops),
    endings: createEndings(ctx.audit),
  };
}
