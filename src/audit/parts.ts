// Builds the objects of the feature from the kernel and the features before it.
import type { Context, Kernel } from '../core/kernel.ts';
import { jobs } from '../jobs/feature.ts';
import { createAuditRepository } from './audit-repository.ts';
import { createChainParts } from './chain-parts.ts';
import { createTrail, trailPace } from './trail.ts';

export type AuditContext = Kernel & ReturnType<typeof createAuditParts>;

export function createAuditParts(ctx: Context) {
  const { ops, use, catalogue } = ctx;
  const auditRepository = createAuditRepository(ops);
  const { repository } = use(jobs);
  return {
    ...createChainParts(ctx),
    repository,
    auditRepository,
    trail: createTrail(auditRepository, trailPace),
    /** The titles of the operations, by name. */
    operationTitles: (): ReadonlyMap<string, string> =>
      new Map(catalogue.all().map(({ name, title }) => [name, title])),
  };
}
