import type { Config } from '../../core/config.ts';
import { formatEstimate, formatNumber, formatPercent } from '../../core/format.ts';
import type { MetricName } from '../../telemetry/metrics.ts';
import type { WorkerState } from '../../workers/state.ts';
import { type QueueView, toneOfQueue, viewQueue } from '../../queue/queue-view.ts';
import type { DashboardContext } from '../parts.ts';
import type { SharedCard } from '../../web/card.ts';
import { sparkline, type Values } from '../../web/sparkline.ts';
import { workerBadges } from '../../workers/worker-badges.ts';

/** Sixteen points: of about an hour, and of a day. */
const points = 16;
const pointSec = 240;
/** A rate that differs less from that of the last hour is the same. */
const sameRatePercent = 10;

const marksShown = 4;

/** The line that says what a figure means; `mark` is its part in the colour of `tone`. */
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
    return {
      queue: {
        value: pending.total,
        spark: sparkline(endingWith(recent(ctx, 'queue_pending', 'max'), pending.total)),
        tone: toneOfQueue(queue),
        meaning: meaningOfPending(queue),
      },
      throughput: {
        value: ratePerMin,
        spark: sparkline(endingWith(rates, ratePerMin)),
        tone: ratePerMin === 0 ? 'idle' : 'run',
        meaning: meaningOfRate(queue, rates),
      },
      failed: {
        value: failed.total,
        spark: sparkline(endingWith(failures, failed.total)),
        tone: failed.total > 0 ? 'bad' : 'idle',
        meaning: meaningOfFailed(failed.total, failures),
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

/** The curve ends where the figure stands. */
function endingWith(values: Values, value: number | null): Values {
  return [...values.slice(0, -1), value];
}

function meaningOfPending({ pending, ratePerMin, etaSec, isPaused, hasWorkers, outage }: QueueView): Meaning {
  if (pending.total === 0) return { text: 'Nothing waits for embedding' };
  if (outage) return { tone: 'warn', mark: 'Waits', text: 'for the embedding service' };
  if (etaSec !== null) return { text: `Clears in ${formatEstimate(etaSec)}` };
  if (isPaused) return { text: 'Workers are paused' };
  if (ratePerMin === 0 && !hasWorkers) return { tone: 'warn', mark: 'No worker', text: 'is running' };
  return { text: 'Being embedded' };
}

/** How it stands to what it was in the last hour, while something was embedded. */
function meaningOfRate({ ratePerMin: rate, pending, outage }: QueueView, history: Values): Meaning {
  if (rate === 0) return { text: 'Nothing is embedding now' };
  if (pending.total === 0) return { text: 'Until the queue was empty' };
  if (outage) return { text: 'Until the service failed' };
  const before = history.slice(0, -1).filter((value) => value !== null && value > 0) as number[];
  if (rate === null || before.length < 4) return { text: 'Embedding now' };
  const usual = before.reduce((sum, value) => sum + value, 0) / before.length;
  const change = Math.round((rate / usual - 1) * 20) * 5;
  if (Math.abs(change) <= sameRatePercent) return { text: 'As fast as in the last hour' };
  if (change > 0) return { mark: `+${change}%`, text: 'on the last hour' };
  return { tone: 'warn', mark: `−${-change}%`, text: 'on the last hour' };
}

function meaningOfFailed(failed: number, history: Values): Meaning {
  const before = history[0] ?? null;
  const more = before === null ? null : failed - Math.round(before);
  if (more !== null && more > 0)
    return { tone: 'bad', mark: `+${formatNumber(more)}`, text: 'in the last hour' };
  if (more !== null && more < 0) return { mark: `−${formatNumber(-more)}`, text: 'in the last hour' };
  if (failed === 0) return { text: 'None' };
  return { tone: 'bad', mark: 'Not embedded', text: 'see the queue' };
}

/** How many workers work or could, of all, and what they are. */
function figuresOfWorkers(workers: QueueView['workers'], mode: Config['mode']) {
  const count = (...states: WorkerState[]) => workers.filter(({ view }) => states.includes(view)).length;
  const word = (state: WorkerState) => `${count(state)} ${workerBadges[state].word.toLowerCase()}`;
  const states = (Object.keys(workerBadges) as WorkerState[]).filter((state) => count(state) > 0);
  const trouble = (['lost', 'stalled'] as const).find((state) => states.includes(state));
  const others = states.filter((state) => state !== trouble).map(word);
  const none: Meaning = { text: mode === 'noop' ? 'None in noop mode' : 'None is running' };
  const meaning: Meaning = trouble
    ? {
        tone: trouble === 'lost' ? 'bad' : 'warn',
        mark: word(trouble),
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

/** Jobs that ended in the last 24 hours, and those that are not over. */
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
    spark: parts.some((jobs) => jobs > 0) ? sparkline(parts) : null,
  };
}
