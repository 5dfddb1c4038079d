// Builds the objects of the feature from the features before it.
import type { Context, Kernel } from '../core/kernel.ts';
import { checks } from '../checks/feature.ts';
import { index } from '../index/feature.ts';
import { queue } from '../queue/feature.ts';

export type DashboardContext = Kernel & ReturnType<typeof createDashboardParts>;

export function createDashboardParts(ctx: Context) {
  const { checker, findings } = ctx.use(checks);
  return { ...ctx.use(queue), checker, findings, liveIndex: ctx.use(index).liveIndex };
}
