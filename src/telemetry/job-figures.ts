// Counts of jobs for figures: waiting and running ones, those that ended lately, the usual run of an operation.
import type { Bus, JobEvent } from '../core/bus.ts';
import type { Db } from '../core/db/open.ts';
import type { JobStatus } from '../jobs/job.ts';
import { createPastRuns } from '../jobs/repository-runs.ts';
import { quantile, realRuns } from './run-figures.ts';

type Ended = { succeeded: number; failed: number; cancelled: number };

export type JobFigures = ReturnType<typeof createJobFigures>;

const runsLookedAt = 100;

export function createJobFigures(ops: Db) {
  const active = ops.prepare(
    `SELECT status, sum(jobs) AS jobs FROM job_count WHERE status IN ('running', 'queued', 'retrying') GROUP BY status`,
  );
  const embedding = ops
    .prepare(`
      SELECT progress ->> '$.rate' FROM job WHERE status = 'running' AND progress ->> '$.phase' = 'embed'
    `)
    .pluck();
  const endedSince = ops.prepare(`
    SELECT status, unixepoch(finished_at) / 60 AS minute, count(*) AS jobs FROM job
    WHERE status IN ('succeeded', 'failed', 'cancelled') AND finished_at >= ? GROUP BY status, minute
  `);
  const { lastRuns } = createPastRuns(ops);

  return {
    active(): { running: number; queued: number } {
      const rows = active.all() as { status: JobStatus; jobs: number }[];
      const of = (...statuses: JobStatus[]) =>
        rows.reduce((sum, { status, jobs }) => sum + (statuses.includes(status) ? jobs : 0), 0);
      return { running: of('running'), queued: of('queued', 'retrying') };
    },

    /** Entries a minute that running jobs embed: 0 when none embeds, null until the rate is measured. */
    embeddingRate(): number | null {
      const rates = embedding.all() as (number | null)[];
      return rates.includes(null)
        ? null
        : Math.round(rates.reduce<number>((sum, rate) => sum + (rate ?? 0), 0) * 60);
    },

    /** Jobs that ended since then, by status and minute of Unix time. */
    endedSince: (since: Date) =>
      endedSince.all(since.toISOString()) as { status: keyof Ended; minute: number; jobs: number }[],

    /** Of the last hundred ended runs; durations in seconds, of the successful ones that did real
     *  work: no dry run, no noop mode. Null: there was none. */
    operation(name: string) {
      const runs = lastRuns(name, runsLookedAt);
      const good = runs.filter(({ status }) => status === 'succeeded');
      const seconds = realRuns(runs).flatMap((run) => run.seconds ?? []);
      const judged = runs.filter(({ status }) => status !== 'cancelled').length;
      return {
        operation: name,
        runs: runs.length,
        success_rate: judged > 0 ? good.length / judged : null,
        duration_p50_sec: quantile(seconds, 0.5),
        duration_p95_sec: quantile(seconds, 0.95),
      };
    },
  };
}

export type JobTally = ReturnType<typeof createJobTally>;

const statuses = ['succeeded', 'failed', 'cancelled'] as const;
const minuteMs = 60_000;
const dayMinutes = 1440;

/** Counts the jobs that ended over the last day, by outcome and minute: read at start, then kept up to date by events. */
export function createJobTally(given: { figures: JobFigures; bus: Bus; now: () => Date }) {
  const { figures, bus, now } = given;
  const minutes = new Map<number, Ended>();
  const total = noJobs();
  const currentMinute = () => Math.floor(now().getTime() / minuteMs);

  const dayAgo = new Date((currentMinute() - dayMinutes) * minuteMs);
  for (const { status, minute, jobs } of figures.endedSince(dayAgo)) minuteOf(minute)[status] += jobs;
  bus.on('job', (job: JobEvent) => {
    const status = statuses.find((one) => one === job.status);
    if (!status) return;
    minuteOf(currentMinute())[status] += 1;
    total[status] += 1;
  });

  return {
    /** Since the start of this process. */
    total: (): Readonly<Ended> => total,

    lastDay(): Ended {
      const oldest = currentMinute() - dayMinutes + 1;
      const day = noJobs();
      for (const [minute, ended] of minutes) {
        if (minute < oldest) minutes.delete(minute);
        else for (const status of statuses) day[status] += ended[status];
      }
      return day;
    },

    /** How many ended in each of `steps` parts of the last day, oldest first; parts begin at the same times each day. */
    parts(steps: number): number[] {
      const width = dayMinutes / steps;
      const first = Math.floor(currentMinute() / width) - steps + 1;
      const parts = Array.from({ length: steps }, () => 0);
      for (const [minute, { succeeded, failed, cancelled }] of minutes) {
        const part = Math.floor(minute / width) - first;
        if (part >= 0 && part < steps) parts[part] = (parts[part] ?? 0) + succeeded + failed + cancelled;
      }
      return parts;
    },
  };

  function minuteOf(minute: number): Ended {
    const known = minutes.get(minute) ?? noJobs();
    minutes.set(minute, known);
    return known;
  }
}

function noJobs(): Ended {
  return { succeeded: 0, failed: 0, cancelled: 0 };
}
