// Builds the objects of the feature from the kernel and the features before it.
import type { Context } from '../core/kernel.ts';
import { jobs } from '../jobs/feature.ts';

export function createStorageParts(ctx: Context) {
  const { repository, libraryState } = ctx.use(jobs);
  return { repository, libraryState };
}
