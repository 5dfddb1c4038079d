// Series of samples for pages and the API.
import type { Bus } from '../core/bus.ts';
import type { Caches } from '../core/cache.ts';
import { AppError } from '../core/errors.ts';
import { type MetricName, metricNames, metrics } from '../core/db/metrics.ts';
import type { Starts } from '../starts/repository.ts';
import { keptSec, type Point, rollupSec, type Samples } from './repository.ts';

/** Steps without a sample are left out: they are gaps. Times in seconds since 1970. */
type Series = { metric: MetricName; from: number; until: number; stepSec: number; points: Point[] };

const maxPoints = 1000;
const stepsSec = [1, 5, 15, 60, rollupSec, 900, 3600, 21_600, 86_400];
/** A number that may be null, in an array. */
const valueBytes = 8;

type Given = {
  samples: Samples;
  starts: Pick<Starts, 'since'>;
  intervalMs: number;
  bus: Bus;
  caches: Caches;
  now: () => Date;
};

export function createSeries(given: Given) {
  const { samples, starts, bus, caches, now } = given;
  const intervalSec = Math.ceil(given.intervalMs / 1000);
  /** Answers of `recent`, which change with each sample only. */
  const cached = keepSeries(caches);
  bus.on('sample', () => cached.clear());

  return {
    /** At most a thousand points. Throws `invalid_arguments` for an unknown metric and a reversed range. */
    series(name: string, since?: Date, until?: Date): Series {
      if (!isMetric(name)) {
        const message = `There is no metric ${JSON.stringify(name.slice(0, 80))}. Choose one of: ${metricNames.join(', ')}.`;
        const details = { problems: [{ field: 'metric', message }], metrics: metricNames };
        throw new AppError('invalid_arguments', message, details);
      }
      const current = seconds(now());
      const end = Math.min(until ? seconds(until) : current + 1, current + 1);
      const start = Math.max(since ? seconds(since) : end - 3600, 0);
      if (start > end) {
        const message = 'since: choose a time before until, and not in the future.';
        throw new AppError('invalid_arguments', message, { problems: [{ field: 'since', message }] });
      }
      const minStep = start < current - keptSec ? rollupSec : 1;
      const wantedSec = Math.max(intervalSec, minStep, (end - start) / maxPoints);
      const stepSec = stepsSec.find((step) => step >= wantedSec) ?? Math.ceil(wantedSec / 86_400) * 86_400;
      const range = { from: Math.ceil(start / stepSec) * stepSec, until: end, stepSec };
      return { metric: name, ...range, points: samples.series(name, range) };
    },

    /** The last `steps` steps, at most a day in all, oldest first, with the current one; null is a gap. Gives each step's
     *  average, or its maximum, which keeps peaks. Steps begin at fixed times, so the answer changes with a sample only. */
    recent(name: MetricName, steps: number, stepSec: number, of: 'value' | 'max' = 'value') {
      const current = seconds(now());
      const from = firstOf(steps, stepSec);
      const key = `${name} ${of} ${from} ${steps}`;
      const known = cached.get(key);
      if (known) return known;
      const points = samples.series(name, { from, until: current + 1, stepSec });
      const found = new Map(points.map((point) => [point.at, point[of]]));
      const values = Array.from({ length: steps }, (_, step) => found.get(from + step * stepSec) ?? null);
      cached.set(key, values);
      return values;
    },

    /** The starts of the server in the time of `recent`; `step` is their place among its steps. */
    starts(steps: number, stepSec: number) {
      const from = firstOf(steps, stepSec);
      return starts.since(new Date(from * 1000)).map((start) => ({
        ...start,
        step: Math.min((Date.parse(start.at) / 1000 - from) / stepSec, steps - 1),
      }));
    },
  };

  /** The time at which the first of `steps` steps begins. */
  function firstOf(steps: number, stepSec: number): number {
    return (Math.floor(seconds(now()) / stepSec) - steps + 1) * stepSec;
  }
}

function keepSeries(caches: Caches) {
  return caches.create<(number | null)[]>('series', {
    reads: 'viewer',
    about: 'The numbers of charts, until the next sample.',
    entries: 200,
    bytes: 4 * 1024 * 1024,
    sizeOf: (values) => values.length * valueBytes,
    show: (values) => JSON.stringify(values),
  });
}

function isMetric(name: string): name is MetricName {
  return Object.hasOwn(metrics, name);
}

function seconds(time: Date): number {
  return Math.floor(time.getTime() / 1000);
}
