import { formatBytes, formatMs, formatNumber } from '../../core/format.ts';
import { url } from '../../core/url.ts';
import { viewLastRuns } from '../../jobs/last-runs.ts';
import type { SharedCard } from '../../web/card.ts';
import type { OperationFigures, OperationRuns } from '../operation-runs.ts';
import type { ActivityContext } from '../parts.ts';

/** The last runs of each operation as bars, with their figures. */
export const operationRunsCard = ({ operationRuns }: Pick<ActivityContext, 'operationRuns'>): SharedCard => ({
  name: 'operation-runs',
  host: 'operation-runs-card',
  path: '/ui/activity/operation-runs/card',
  dirtyOn: ['job', 'jobs-removed', 'operations'],
  load: () => ({ operations: operationRuns().map(view) }),
});

function view({ operation, title, runs, figures }: OperationRuns) {
  const { p50_sec, p95_sec, cpu_p50_sec, peak_rss_bytes, documents } = figures;
  return {
    operation,
    title,
    href: url('/jobs', { operation }),
    chart: viewLastRuns({ lastRuns: () => runs }, operation),
    outcome: describeOutcome(figures),
    hasFailed: runs.at(-1)?.status === 'failed',
    p50: orDash(p50_sec, formatTime),
    p95: orDash(p95_sec, formatTime),
    cpu: orDash(cpu_p50_sec, formatTime),
    memory: orDash(peak_rss_bytes, formatBytes),
    documents: orDash(documents, formatNumber),
  };
}

function orDash(value: number | null, format: (value: number) => string): string {
  return value === null ? '–' : format(value);
}

const formatTime = (seconds: number) => formatMs(seconds * 1000);

/** `18 of 20 done`, `18 of 20 done, 1 cancelled` */
function describeOutcome({ runs, succeeded, cancelled }: OperationFigures): string {
  const done = `${succeeded} of ${runs} done`;
  return cancelled > 0 ? `${done}, ${cancelled} cancelled` : done;
}
