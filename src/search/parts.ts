// Builds the objects of the feature from the features before it.
import type { Context, Kernel } from '../core/kernel.ts';
import { embedding } from '../embedding/feature.ts';
import { index } from '../index/feature.ts';
import { library } from '../library/feature.ts';
import { sources } from '../sources/feature.ts';

export type SearchContext = Kernel & ReturnType<typeof createSearchParts>;

export function createSearchParts(ctx: Context) {
  const { entries } = ctx.use(library);
  const { counts } = ctx.use(embedding);
  const { sourceHealth } = ctx.use(sources);
  return { entries, counts, liveIndex: ctx.use(index).liveIndex, sourceHealth };
}
