// Builds the objects of the feature from the features before it.
import type { Context, Kernel } from '../core/kernel.ts';
import { embedding } from '../embedding/feature.ts';
import { createCanaryRepository } from '../index/canary-repository.ts';
import { index } from '../index/feature.ts';
import { createCategoryCounts } from '../library/category-counts-repository.ts';
import { jobs } from '../jobs/feature.ts';
import { library } from '../library/feature.ts';
import { sources } from '../sources/feature.ts';
import { createCanaries } from './canaries.ts';
import { createTitleRepository } from './title-repository.ts';

export type SearchContext = Kernel & ReturnType<typeof createSearchParts>;

export function createSearchParts(ctx: Context) {
  const { entries } = ctx.use(library);
  const { counts } = ctx.use(embedding);
  const { sourceHealth } = ctx.use(sources);
  const { repository: jobRepository, readArguments, current } = ctx.use(jobs);
  const canaries = createCanaries({ ...ctx, canaryRepository: createCanaryRepository(ctx.ops), entries });
  const titles = createTitleRepository(ctx.library);
  const { liveIndex } = ctx.use(index);
  const countCategories = createCategoryCounts(ctx.library, current.libraryRevision);
  return {
    entries,
    counts,
    countCategories,
    liveIndex,
    sourceHealth,
    canaries,
    titles,
    jobRepository,
    readArguments,
  };
}
