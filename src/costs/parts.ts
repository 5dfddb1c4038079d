// Builds the objects of the feature from the features before it.
import type { Context, Kernel } from '../core/kernel.ts';
import { costStore } from '../cost-store/feature.ts';

export type CostContext = Kernel & ReturnType<typeof createCostParts>;

export function createCostParts(ctx: Context) {
  return { ...ctx.use(costStore) };
}
