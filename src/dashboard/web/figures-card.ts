import type { Config } from '../../core/config.ts';
import { formatEstimate, formatNumber, formatPercent } from '../../core/format.ts';
import type { MetricName } from '../../core/db/metrics.ts';
import type { WorkerState } from '../../workers/state.ts';
import { type QueueView, toneOfQueue, viewQueue } from '../../queue/queue-view.ts';
import type { DashboardContext } from '../parts.ts';
import type { SharedCard } from '../../web/card.ts';
import { type Mark, sparkline, type Values } from '../../web/sparkline.ts';
import { workerBadges } from '../../workers/worker-badges.ts';

/** Points of a sparkline, over about an hour or a day. */
const points = 16;
const pointSec = 240;
const partSec = 86_400 / points;
/** A smaller difference from the rate of the last hour is not shown. */
const sameRatePercent = 10;

const marksShown = 4;

/** The line below a figure; `mark` is its part in the colour of `tone`. */
type Meaning = { tone?: 'bad' | 'warn'; mark?: string; text: string };

export const figuresCard = (ctx: DashboardContext): SharedCard => ({
  name: 'figures',
  host: 'ops-figures',
  path: '/ui/operations/figures',
  dirtyOn: ['job', 'library', 'workers', 'index', 'sample'],
  async load() {
    const queue = await viewQueue(ctx);
    const { pending, failed, ratePerMin } = queue;
    const index = ctx.liveIndex.indexState();
    const rates = recent(ctx, 'embedding_rate');
    const failures = recent(ctx, 'queue_failed');
    const starts = ctx.telemetry.starts(points, pointSec);
    return {
      queue: {
        ...figure(pending.total, recent(ctx, 'queue_pending', 'max'), starts),
        tone: toneOfQueue(queue),
        meaning: describePending(queue),
      },
      throughput: {
        ...figure(ratePerMin, rates, starts),
        tone: ratePerMin === 0 ? 'idle' : 'run',
        meaning: describeRate(queue, rates),
      },
      failed: {
        ...figure(failed.total, failures, starts),
        tone: failed.total > 0 ? 'bad' : 'idle',
        meaning: describeFailed(failed.total, failures),
      },
      workers: figuresOfWorkers(queue.workers, ctx.config.mode),
      index,
      behind: index.entries - index.fresh,
      coverage: index.entries > 0 ? formatPercent(index.fresh, index.entries) : null,
      jobs: figuresOfJobs(ctx),
    };
  },
});

function recent({ telemetry }: Pick<DashboardContext, 'telemetry'>, metric: MetricName, of?: 'max'): Values {
  return telemetry.recent(metric, points, pointSec, of);
}

/** The curve ends at the current value. */
function figure(value: number | null, history: Values, starts: Mark[]) {
  return { value, spark: sparkline([...history.slice(0, -1), value], starts) };
}

function describePending(queue: QueueView): Meaning {
  const { pending, ratePerMin, etaSec, isPaused, kindsPaused, hasWorkers, outage } = queue;
  if (pending.total === 0) return { text: 'No entries waiting' };
  if (outage) return { tone: 'warn', mark: 'Waiting', text: 'for the embedding service' };
  if (etaSec !== null) return { text: `Clears in ${formatEstimate(etaSec)}` };
  if (isPaused) return { text: kindsPaused ?? 'Workers are paused' };
  if (ratePerMin === 0 && !hasWorkers) return { tone: 'warn', mark: 'No worker', text: 'is running' };
  return { text: 'Embedding' };
}

/** Compares the rate with the last hour, without the times when nothing was embedded. */
function describeRate({ ratePerMin: rate, pending, outage }: QueueView, history: Values): Meaning {
  if (rate === 0) return { text: 'Not embedding now' };
  if (pending.total === 0) return { text: 'The queue is now empty' };
  if (outage) return { text: 'The service stopped answering' };
  const before = history.slice(0, -1).filter((value) => value !== null && value > 0) as number[];
  if (rate === null || before.length < 4) return { text: 'Embedding now' };
  const usual = before.reduce((sum, value) => sum + value, 0) / before.length;
  const change = Math.round((rate / usual - 1) * 20) * 5;
  if (Math.abs(change) <= sameRatePercent) return { text: 'Same as in the last hour' };
  if (change > 0) return { mark: `+${change}%`, text: 'against the last hour' };
  return { tone: 'warn', mark: `−${-change}%`, text: 'against the last hour' };
}

function describeFailed(failed: number, history: Values): Meaning {
  const before = history[0] ?? null;
  const more = before === null ? null : failed - Math.round(before);
  if (more !== null && more > 0)
    return { tone: 'bad', mark: `+${formatNumber(more)}`, text: 'in the last hour' };
  if (more !== null && more < 0) return { mark: `−${formatNumber(-more)}`, text: 'in the last hour' };
  if (failed === 0) return { text: 'None' };
  return { tone: 'bad', mark: 'Not embedded', text: 'see the queue' };
}

/** The number of active workers, of all, and of those in each state. */
function figuresOfWorkers(workers: QueueView['workers'], mode: Config['mode']) {
  const count = (...states: WorkerState[]) => workers.filter(({ view }) => states.includes(view)).length;
  const format = (state: WorkerState) => `${count(state)} ${workerBadges[state].word.toLowerCase()}`;
  const states = (Object.keys(workerBadges) as WorkerState[]).filter((state) => count(state) > 0);
  const worst = (['lost', 'stalled'] as const).find((state) => states.includes(state));
  const others = states.filter((state) => state !== worst).map(format);
  const none: Meaning = { text: mode === 'noop' ? 'None in noop mode' : 'None running' };
  const meaning: Meaning = worst
    ? {
        tone: worst === 'lost' ? 'bad' : 'warn',
        mark: format(worst),
        text: others.map((other) => `· ${other}`).join(' '),
      }
    : { text: others.join(' · ') };
  return {
    active: count('idle', 'working', 'draining'),
    all: workers.length,
    marks: workers.slice(0, marksShown).map(({ view }) => workerBadges[view]),
    meaning: workers.length === 0 ? none : meaning,
  };
}

/** Jobs that ended in the last 24 hours, and active ones. */
function figuresOfJobs({ telemetry }: Pick<DashboardContext, 'telemetry'>) {
  const { succeeded, failed, cancelled } = telemetry.jobs.lastDay();
  const { running, queued } = telemetry.jobs.active();
  const active = running + queued;
  const parts = telemetry.jobs.parts(points);
  return {
    all: succeeded + failed + cancelled + active,
    done: succeeded,
    failed,
    active,
    spark: parts.some((jobs) => jobs > 0) ? sparkline(parts, telemetry.starts(points, partSec)) : null,
  };
}
