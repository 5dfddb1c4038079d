// Builds the objects of the feature from the kernel and the features before it.
import type { Context, Kernel } from '../core/kernel.ts';
import { jobs } from '../jobs/feature.ts';
import { createBulk } from './bulk.ts';

export type BulkContext = Kernel & ReturnType<typeof createBulkParts>;

export function createBulkParts(ctx: Context) {
  const { jobs: verbs, repository, listing, removal } = ctx.use(jobs);
  return { jobs: verbs, listing, bulk: createBulk({ ...ctx, jobs: verbs, repository, listing, removal }) };
}
