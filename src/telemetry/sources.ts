// The sources of a sample's readings: each reads counters that others keep, and never scans.
import fs from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Caches } from '../core/cache.ts';
import type { Config } from '../core/config.ts';
import type { MetricName, Readings } from '../core/db/metrics.ts';
import type { UsageRepository, UsageRow } from '../cost-store/usage-repository.ts';
import type { LibraryCounts } from '../embedding/counts.ts';
import type { LiveIndex } from '../index/live.ts';
import type { WorkerRow, WorkerState } from '../workers/state.ts';
import type { JobFigures, JobTally } from './job-figures.ts';

/** The part of a worker that is sampled. */
export type SampledWorker = Pick<WorkerRow, 'claimant' | 'failed' | 'rate_per_min'> & { view: WorkerState };

/** Gives some of the readings; the others, and those of a source that throws, are null in the sample. */
export type Source = () => Partial<Readings> | Promise<Partial<Readings>>;

export function queueSource(counts: Pick<LibraryCounts, 'queue'>): Source {
  return () => {
    const { pending, failed } = counts.queue();
    return {
      queue_pending: pending.total,
      queue_pending_experiences: pending.experiences,
      queue_pending_manuals: pending.manuals,
      queue_failed: failed.total,
      queue_failed_experiences: failed.experiences,
      queue_failed_manuals: failed.manuals,
    };
  };
}

/** Counts the entries that were embedded since the previous reading; null for the first. The counters are those of days, so
 *  that at midnight two of them grow. */
export function embeddedSource(usage: Pick<UsageRepository, 'since'>, now: () => Date): Source {
  const items = ['embedded_experiences', 'embedded_manuals'] as const;
  /** By item and day. */
  let before: Map<string, number> | null = null;
  return () => {
    const rows = usage.since(
      new Date(now().getTime() - countedBackMs).toISOString().slice(0, 'YYYY-MM-DD'.length),
    );
    const known = new Map(before);
    const added = items.map((item) => {
      let sum = 0;
      for (const [day, quantity] of addUpDays(rows.filter((row) => row.item === item))) {
        sum += Math.max(0, quantity - (known.get(`${item} ${day}`) ?? 0));
        known.set(`${item} ${day}`, quantity);
      }
      return [item, before === null ? null : sum];
    });
    before = known;
    return Object.fromEntries(added);
  };
}

/** Yesterday is counted in any time zone. */
const countedBackMs = 3 * 86_400_000;

/** Measured and estimated quantities of a day together. */
function addUpDays(rows: UsageRow[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { day, quantity } of rows) sums.set(day, (sums.get(day) ?? 0) + quantity);
  return sums;
}

export function indexSource(liveIndex: Pick<LiveIndex, 'indexState'>): Source {
  return () => {
    const { vectors, fresh, stale, missing, failed, orphans } = liveIndex.indexState();
    return prefixed('index', { vectors, fresh, stale, missing, failed, orphans });
  };
}

export function jobsSource(figures: JobFigures, tally: JobTally): Source {
  let before = { ...tally.total() };
  return () => {
    const { running, queued } = figures.active();
    const { succeeded, failed, cancelled } = before;
    before = { ...tally.total() };
    return {
      jobs_running: running,
      jobs_queued: queued,
      jobs_succeeded: before.succeeded - succeeded,
      jobs_failed: before.failed - failed,
      jobs_cancelled: before.cancelled - cancelled,
    };
  };
}

export function workersSource(workers: () => SampledWorker[]): Source {
  /** The failures of each worker process at the previous reading; null before the first. */
  let before: Map<string, number> | null = null;
  return () => {
    const all = workers();
    const added = all.map(({ claimant, failed }) => failed - (before ? (before.get(claimant) ?? 0) : failed));
    before = new Map(all.map(({ claimant, failed }) => [claimant, failed]));
    const counts = { idle: 0, working: 0, paused: 0, draining: 0, stalled: 0, lost: 0 };
    for (const { view } of all) counts[view] += 1;
    const embedding_failures = added.reduce((sum, failures) => sum + failures, 0);
    return { embedding_failures, ...prefixed('workers', counts) };
  };
}

/** Counts answered requests from one reading to the next. */
export function createRequestTally() {
  let answered = 0;
  return {
    add() {
      answered += 1;
    },
    read(): Partial<Readings> {
      const requests = answered;
      answered = 0;
      return { requests };
    },
  };
}

/** The reads of all caches since the previous reading; those before the first one do not count. */
export function cachesSource(caches: Pick<Caches, 'all'>): Source {
  const total = () => {
    const figures = caches.all().map((cache) => cache.figures());
    const sum = (of: 'hits' | 'misses') => figures.reduce((total, one) => total + one[of], 0);
    return { hits: sum('hits'), misses: sum('misses') };
  };
  let before = total();
  return () => {
    const { hits, misses } = before;
    before = total();
    return { cache_hits: before.hits - hits, cache_misses: before.misses - misses };
  };
}

type NameAfter<Prefix extends string, Name = MetricName> = Name extends `${Prefix}_${infer Rest}`
  ? Rest
  : never;

/** Gives all readings whose names begin with the prefix. */
function prefixed<Prefix extends string>(
  prefix: Prefix,
  values: Record<NameAfter<Prefix>, number>,
): Partial<Readings> {
  const named = Object.entries<number>(values).map(([name, value]) => [`${prefix}_${name}`, value]);
  return Object.fromEntries(named);
}

/** Entries a minute that workers and jobs embed together; null while the rate of a job is not measured yet. */
export function embeddingRate(workers: SampledWorker[], figures: Pick<JobFigures, 'embeddingRate'>) {
  const byWorkers = workers.reduce((sum, { rate_per_min }) => sum + rate_per_min, 0);
  const byJobs = figures.embeddingRate();
  return byJobs === null ? byWorkers || null : byWorkers + byJobs;
}

export function filesSource(config: Pick<Config, 'root' | 'databasePath' | 'opsDatabasePath'>): Source {
  return async () => {
    const { bavail, bsize } = await fs.promises.statfs(config.root);
    return {
      library_bytes: await sizeOf(config.databasePath),
      library_wal_bytes: await sizeOf(`${config.databasePath}-wal`),
      ops_bytes: await sizeOf(config.opsDatabasePath),
      ops_wal_bytes: await sizeOf(`${config.opsDatabasePath}-wal`),
      disk_free_bytes: bavail * bsize,
    };
  };
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await fs.promises.stat(file)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}

/** A loop that is never late shows this value. A shorter time would wake an idle server more often. */
const measureEveryMs = 50;

export function createProcessMeter() {
  const delay = monitorEventLoopDelay({ resolution: measureEveryMs });
  let last = { cpu: process.cpuUsage(), at: performance.now() };

  return {
    start: () => delay.enable(),
    stop: () => delay.disable(),

    read(): Partial<Readings> {
      const elapsedMs = performance.now() - last.at;
      const { user, system } = process.cpuUsage(last.cpu);
      last = { cpu: process.cpuUsage(), at: performance.now() };
      const hasLag = delay.max > 0;
      const lag = (nanoseconds: number) =>
        hasLag ? round(Math.max(0, nanoseconds / 1e6 - measureEveryMs)) : null;
      const readings = {
        rss_bytes: process.memoryUsage.rss(),
        cpu_percent: round((user + system) / 10 / Math.max(1, elapsedMs)),
        loop_lag_p50_ms: lag(delay.percentile(50)),
        loop_lag_p99_ms: lag(delay.percentile(99)),
        loop_lag_max_ms: lag(delay.max),
      };
      delay.reset();
      return readings;
    },
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
