// Telemetry as the rest of the program sees it: the newest sample, series of samples, and how jobs went.
import type { Bus } from '../core/bus.ts';
import type { Config } from '../core/config.ts';
import type { Db } from '../core/db/open.ts';
import { AppError } from '../core/errors.ts';
import type { LiveIndex } from '../index/live.ts';
import type { LibraryCounts } from '../embedding/counts.ts';
import { createJobFigures } from './job-figures.ts';
import { createJobTally } from './job-tally.ts';
import { type MetricName, metricNames, metrics } from './metrics.ts';
import { createProcessMeter } from './process-meter.ts';
import { createSampleRepository, keptSec, type Point, rollupSec } from './repository.ts';
import { createSampler } from './sampler.ts';
import {
  embeddingRate,
  filesSource,
  indexSource,
  jobsSource,
  queueSource,
  type SampledWorker,
  workersSource,
} from './sources.ts';

/** Steps without a sample are left out: they are gaps. Times in seconds since 1970. */
type Series = { metric: MetricName; from: number; until: number; stepSec: number; points: Point[] };

export type Telemetry = ReturnType<typeof createTelemetry>;

const mostPoints = 1000;
const stepsSec = [1, 5, 15, 60, rollupSec, 900, 3600, 21_600, 86_400];
const recentMax = 64;

export function createTelemetry(given: {
  config: Pick<Config, 'root' | 'databasePath' | 'opsDatabasePath' | 'telemetryIntervalMs'>;
  library: Db;
  ops: Db;
  liveIndex: LiveIndex;
  counts: LibraryCounts;
  bus: Bus;
  workers: () => SampledWorker[];
  streams: () => number;
  now: () => Date;
  onError: (error: Error, what: string) => void;
}) {
  const { config, library, ops, liveIndex, counts, bus, workers, streams, now, onError } = given;
  const intervalSec = Math.ceil(config.telemetryIntervalMs / 1000);
  const samples = createSampleRepository(ops);
  const jobs = createJobFigures(ops);
  const tally = createJobTally({ figures: jobs, bus, now });
  const meter = createProcessMeter();
  const ratePerMin = () => embeddingRate(workers(), jobs);
  const sampler = createSampler({
    library,
    liveIndex,
    bus,
    samples,
    now,
    onError,
    intervalMs: config.telemetryIntervalMs,
    sources: {
      queue: queueSource(counts),
      index: indexSource(liveIndex),
      jobs: jobsSource(jobs, tally),
      files: filesSource(config),
      workers: workersSource(workers),
      rate: () => ({ embedding_rate: ratePerMin() }),
      streams: () => ({ streams: streams() }),
      process: meter.read,
    },
  });
  /** Pages ask for the same again and again, and it changes with each sample only. */
  const known = new Map<string, (number | null)[]>();
  bus.on('sample', () => known.clear());

  return {
    start() {
      meter.start();
      sampler.start();
    },
    async stop() {
      meter.stop();
      await sampler.stop();
    },
    runOnce: sampler.runOnce,
    latest: sampler.latest,
    embeddingRate: ratePerMin,
    jobs: { active: jobs.active, operation: jobs.operation, lastDay: tally.lastDay, parts: tally.parts },

    /** In steps so wide that there are at most a thousand. Throws `invalid_arguments` for an unknown metric and
     *  for a range that ends before it begins. */
    series(name: string, since?: Date, until?: Date): Series {
      if (!isMetric(name)) throw unknownMetric(name);
      const present = seconds(now());
      const end = Math.min(until ? seconds(until) : present + 1, present + 1);
      const from = Math.max(since ? seconds(since) : end - 3600, 0);
      if (from > end) {
        const message = 'since: choose a time before until, and not in the future.';
        throw new AppError('invalid_arguments', message, { problems: [{ field: 'since', message }] });
      }
      const least = Math.max(
        intervalSec,
        from < present - keptSec ? rollupSec : 1,
        (end - from) / mostPoints,
      );
      const stepSec = stepsSec.find((step) => step >= least) ?? Math.ceil(least / 86_400) * 86_400;
      const aligned = Math.ceil(from / stepSec) * stepSec;
      const range = { from: aligned, until: end, stepSec };
      return { metric: name, from: aligned, until: end, stepSec, points: samples.series(name, range) };
    },

    /** The last `steps` steps of at most a day in all, oldest first, the last one under way; null is a gap. Of each step
     *  the average, or for levels the highest, so that no peak is lost. Steps begin at the same times whenever it is
     *  asked, so the answer changes only when something has. */
    recent(
      name: MetricName,
      steps: number,
      stepSec: number,
      of: 'value' | 'max' = 'value',
    ): (number | null)[] {
      const present = seconds(now());
      const from = (Math.floor(present / stepSec) - steps + 1) * stepSec;
      const key = `${name} ${of} ${from} ${steps}`;
      const values = known.get(key) ?? read();
      if (known.size >= recentMax) known.clear();
      known.set(key, values);
      return values;

      function read() {
        const points = samples.series(name, { from, until: present + 1, stepSec });
        const found = new Map(points.map((point) => [point.at, point[of]]));
        return Array.from({ length: steps }, (_, step) => found.get(from + step * stepSec) ?? null);
      }
    },
  };
}

function isMetric(name: string): name is MetricName {
  return Object.hasOwn(metrics, name);
}

function unknownMetric(name: string) {
  const message = `There is no metric ${JSON.stringify(name.slice(0, 80))}. Choose one of: ${metricNames.join(', ')}.`;
  return new AppError('invalid_arguments', message, {
    problems: [{ field: 'metric', message }],
    metrics: metricNames,
  });
}

function seconds(time: Date): number {
  return Math.floor(time.getTime() / 1000);
}
