import { about, count, percent } from '../../wording.ts';
import type { Services } from '../services.ts';
import type { Card } from './card.ts';
import { sparkline, type Values } from './sparkline.ts';

/** Sixteen points: of about an hour, and of a day. */
const points = 16;
const pointSec = 240;
/** A rate that differs less from that of the last hour is the same. */
const sameRatePercent = 10;

/** The line that says what a figure means; `mark` is its part in the colour of `tone`. */
type Meaning = { tone?: 'bad' | 'warn'; mark?: string; text: string };

export const figuresCard: Card = {
  name: 'figures',
  host: 'ops-figures',
  path: '/ui/operations/figures',
  dirtyOn: ['job', 'library', 'index', 'sample'],
  load(services) {
    const { counts, liveIndex, telemetry } = services;
    const { pending, failed } = counts.queue();
    const rate = telemetry.jobs.embeddingRate();
    const index = liveIndex.truth();
    return {
      queue: {
        value: pending.total,
        spark: sparkline(endingWith(recent(services, 'queue_pending'), pending.total)),
        tone: pending.total === 0 ? 'idle' : rate === 0 ? 'warn' : 'run',
        meaning: meaningOfPending(pending.total, rate),
      },
      throughput: {
        value: rate,
        spark: sparkline(endingWith(recent(services, 'embedding_rate'), rate)),
        tone: rate === 0 ? 'idle' : 'run',
        meaning: meaningOfRate(rate, recent(services, 'embedding_rate')),
      },
      failed: {
        value: failed.total,
        spark: sparkline(endingWith(recent(services, 'queue_failed'), failed.total)),
        tone: failed.total > 0 ? 'bad' : 'idle',
        meaning: meaningOfFailed(failed.total, recent(services, 'queue_failed')),
      },
      index,
      behind: index.entries - index.fresh,
      coverage: index.entries > 0 ? percent(index.fresh, index.entries) : null,
      jobs: figuresOfJobs(services),
    };
  },
};

function recent({ telemetry }: Services, metric: Parameters<typeof telemetry.recent>[0]): Values {
  return telemetry.recent(metric, points, pointSec);
}

/** The curve ends where the figure stands. */
function endingWith(values: Values, value: number | null): Values {
  return [...values.slice(0, -1), value];
}

function meaningOfPending(pending: number, rate: number | null): Meaning {
  if (pending === 0) return { text: 'Nothing waits for embedding' };
  if (rate) return { text: `Clears in ${about((pending / rate) * 60)}` };
  return { text: rate === 0 ? 'Embedded by Rebuild index' : 'Being embedded' };
}

/** How it stands to what it was in the last hour, while something was embedded. */
function meaningOfRate(rate: number | null, history: Values): Meaning {
  if (rate === 0) return { text: 'Nothing is embedding now' };
  const before = history.slice(0, -1).filter((value) => value !== null && value > 0) as number[];
  if (rate === null || before.length < 4) return { text: 'Rebuild index is embedding' };
  const usual = before.reduce((sum, value) => sum + value, 0) / before.length;
  const change = Math.round((rate / usual - 1) * 20) * 5;
  if (Math.abs(change) <= sameRatePercent) return { text: 'As fast as in the last hour' };
  if (change > 0) return { mark: `+${change}%`, text: 'on the last hour' };
  return { tone: 'warn', mark: `−${-change}%`, text: 'on the last hour' };
}

function meaningOfFailed(failed: number, history: Values): Meaning {
  const before = history[0] ?? null;
  const more = before === null ? null : failed - Math.round(before);
  if (more !== null && more > 0) return { tone: 'bad', mark: `+${count(more)}`, text: 'in the last hour' };
  if (more !== null && more < 0) return { mark: `−${count(-more)}`, text: 'in the last hour' };
  if (failed === 0) return { text: 'None' };
  return { tone: 'bad', mark: 'Not embedded', text: 'see the queue' };
}

/** Jobs that ended in the last 24 hours, and those that are not over. */
function figuresOfJobs({ telemetry }: Services) {
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
