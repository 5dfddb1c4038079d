// Builds the objects of the feature from the kernel.
import type { Context, Kernel } from '../core/kernel.ts';
import { createCacheTotals } from './cache-totals.ts';

export type CacheContext = Kernel & ReturnType<typeof createCacheParts>;

export const createCacheParts = (ctx: Context) => ({ cacheTotals: createCacheTotals(ctx) });
