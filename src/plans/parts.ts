// Builds the objects of the feature from the kernel and the features before it.
import type { Context, Kernel } from '../core/kernel.ts';
import { jobs } from '../jobs/feature.ts';
import { operations } from '../operations/feature.ts';

export type PlanContext = Kernel & ReturnType<typeof createPlanParts>;

export function createPlanParts(ctx: Context) {
  const { jobs: jobVerbs, repository, current, libraryState } = ctx.use(jobs);
  const { idempotency, spending } = ctx.use(operations);
  return { jobs: jobVerbs, repository, current, libraryState, idempotency, spending };
}
