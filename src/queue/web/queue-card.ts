import { formatDuration, formatEstimate, formatNumber, plural } from '../../core/format.ts';
import { shorten } from '../../core/shorten.ts';
import { describeDriver, readDriver } from '../queue-driver.ts';
import { describePausedWait } from '../paused-words.ts';
import { type QueueView, toneOfQueue, viewQueue } from '../queue-view.ts';
import type { KindRates } from '../queue-rates.ts';
import { kindTitles } from '../../workers/paused-kinds.ts';
import { queueChart } from './queue-chart.ts';
import type { SharedCard } from '../../web/card.ts';
import type { QueueContext } from '../parts.ts';

const failedShown = 20;
const ratesNote =
  'In and out: over the last 15 minutes, without what waits anew for another model. Mean wait: over the last hour.';
const pausedNote =
  'Workers leave a paused kind in the queue. Jobs that embed, such as a rebuild of the index, do not.';

export const queueCard = (ctx: QueueContext): SharedCard => ({
  name: 'queue',
  host: 'ops-queue-card',
  path: '/ui/operations/queue',
  dirtyOn: ['library', 'workers', 'job', 'sample'],
  async load() {
    const view = await viewQueue(ctx);
    const failed = view.failed.total > 0 ? await ctx.queue.failed(failedShown) : [];
    return {
      ...view,
      kinds: view.kinds.map((kind) => ({
        ...kind,
        ...describeRates(ctx.rates()[kind.kind]),
        title: kindTitles[kind.kind],
      })),
      notes: notesOf(view, ctx.config),
      total:
        view.failed.total === 0
          ? `${formatNumber(view.pending.total)} waiting`
          : `${formatNumber(view.pending.total)} waiting, ${formatNumber(view.failed.total)} failed`,
      entries: ctx.counts.totals().entries,
      status: describeStatus(view),
      chart: queueChart(ctx.telemetry, view.pending.total, toneOfQueue(view), ctx.now()),
      failedEntries: failed.map((entry) => ({ ...entry, title: entry.title && shorten(entry.title) })),
      failedMore: view.failed.total - failed.length,
    };
  },
});

function notesOf({ kinds, workers }: QueueView, config: QueueContext['config']): string[] {
  const isPaused = kinds.some(({ paused }) => paused !== null);
  return [...(isPaused ? [pausedNote] : []), `${ratesNote} ${describeDriver(readDriver(config, workers))}`];
}

function describeRates({ inPerMin, outPerMin, meanWaitSec }: KindRates) {
  const perMin = (rate: number | null) => (rate === null ? '–' : `${formatFraction(rate)}/min`);
  return {
    in: perMin(inPerMin),
    out: perMin(outPerMin),
    meanWait: describeWait(meanWaitSec),
  };
}

/** Samples see nothing of a wait below some seconds. */
function describeWait(seconds: number | null): string {
  if (seconds === null) return '–';
  return seconds < 1 ? 'under 1 s' : formatDuration(seconds);
}

/** With the decimal that small rates have. */
function formatFraction(value: number): string {
  return Number.isInteger(value) ? formatNumber(value) : value.toFixed(1);
}

function describeStatus(view: QueueView) {
  const { pending, failed, etaSec, ratePerMin, isPaused, paused, hasWorkers, outage, open } = view;
  if (pending.total === 0) {
    if (failed.total === 0) return 'Every entry has a current embedding.';
    return `No entries waiting. ${plural(failed.total, 'entry', 'entries')} could not be embedded.`;
  }
  if (outage) return 'Entries wait until the embedding service answers.';
  const isStill = ratePerMin === 0 && (paused.workers || open === 0);
  const pausedWait = isStill ? describePausedWait(paused, hasWorkers) : null;
  if (pausedWait) return pausedWait;
  if (!hasWorkers && ratePerMin === 0)
    return 'Entries wait until a worker starts, or until the next rebuild of the index.';
  if (isPaused) return 'The workers are paused and resume automatically.';
  if (etaSec === null || ratePerMin === null) return ratePerMin === 0 ? 'Not embedding now.' : 'Embedding.';
  return `${formatNumber(ratePerMin)}/min, clears in ${formatEstimate(etaSec)}.`;
}
