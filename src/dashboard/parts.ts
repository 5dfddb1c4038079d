// Builds the objects of the feature from the features before it.
import type { Context, Kernel } from '../core/kernel.ts';
import { audit } from '../audit/feature.ts';
import { checks } from '../checks/feature.ts';
import { index } from '../index/feature.ts';
import { queue } from '../queue/feature.ts';
import { createNews } from './news.ts';

export type DashboardContext = Kernel & ReturnType<typeof createDashboardParts>;

export function createDashboardParts(ctx: Context) {
  const { checker, findings, linkRunbook } = ctx.use(checks);
  const { auditRepository, operationTitles, repository } = ctx.use(audit);
  const sources = { auditRepository, operationTitles, repository, findings, now: ctx.now };
  return {
    ...ctx.use(queue),
    ...{ checker, findings, linkRunbook },
    news: createNews(sources),
    /** When a row of the audit log was written; null without that row. */
    auditTime: (id: number) => auditRepository.find(id)?.at ?? null,
    liveIndex: ctx.use(index).liveIndex,
  };
}
