// Builds the objects of the feature from the kernel and the features before it.
import { audit } from '../audit/feature.ts';
import { caches } from '../caches/feature.ts';
import { checks } from '../checks/feature.ts';
import type { Context, Kernel } from '../core/kernel.ts';
import { dashboard } from '../dashboard/feature.ts';
import { databases } from '../databases/feature.ts';
import { incidents } from '../incidents/feature.ts';
import { objectives } from '../objectives/feature.ts';
import { queue } from '../queue/feature.ts';
import { viewQueue } from '../queue/queue-view.ts';
import { requests } from '../requests/feature.ts';
import { sources } from '../sources/feature.ts';
import { starts } from '../starts/feature.ts';
import { webhookStore } from '../webhook-store/feature.ts';
import { webhooks } from '../webhooks/feature.ts';

export type StatusContext = Kernel & ReturnType<typeof createStatusParts>;

export type FigureSources = Pick<
  StatusContext,
  | 'cacheTotals'
  | 'config'
  | 'databaseList'
  | 'findings'
  | 'overview'
  | 'log'
  | 'logState'
  | 'requestFigures'
  | 'sourceHealth'
  | 'telemetry'
  | 'viewQueue'
  | 'webhookRepository'
  | 'lastArrivedAt'
>;
export type MonthSources = Pick<
  StatusContext,
  'auditRepository' | 'overview' | 'now' | 'standings' | 'starts'
>;

export function createStatusParts(ctx: Context) {
  const { use } = ctx;
  const { checker, countErrors, findings } = use(checks);
  const { databaseList, logState } = use(databases);
  const ofQueue = use(queue);
  const ofIncidents = use(incidents);
  return {
    ...{ checker, countErrors, findings, databaseList, logState },
    telemetry: ofQueue.telemetry,
    viewQueue: () => viewQueue(ofQueue),
    auditRepository: use(audit).auditRepository,
    cacheTotals: use(caches).cacheTotals,
    news: use(dashboard).news,
    requestFigures: use(requests).requestFigures,
    sourceHealth: use(sources).sourceHealth,
    starts: use(starts).starts,
    webhookRepository: use(webhookStore).webhookRepository,
    lastArrivedAt: use(webhooks).deliveryList.lastArrivedAt,
    overview: ofIncidents.overview,
    listActive: ofIncidents.listActive,
    standings: use(objectives).standings,
    lookAtChecks: () => checker.refresh(),
  };
}
