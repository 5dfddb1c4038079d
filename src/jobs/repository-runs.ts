// The past runs of an operation: its last ones, and how long they usually take.
import type { Comparison } from '../core/arguments.ts';
import { type Db, prepareAll } from '../core/db/open.ts';
import { type Job, type JobRow, parseJob } from './job.ts';

/** An ended run of an operation; seconds of its last attempt, null when it never started. */
export type LastRun = {
  number: number;
  status: 'succeeded' | 'failed' | 'cancelled';
  seconds: number | null;
  /** 1 when it did real work: no dry run, no noop mode. */
  is_real: 0 | 1;
};

/** The condition of `is_real`. */
export const didRealWork = `mode = 'scripts' AND NOT coalesce(args ->> '$.dry_run', 0)`;

/** Sizes are alike when none is more than twice another, or nearly so for small ones. */
const sizeSlack = 10;
const runsForMedian = 20;

const sql = {
  lastSuccesses: `
    SELECT * FROM job WHERE operation = ? AND status = 'succeeded' AND ${didRealWork} ORDER BY number DESC LIMIT ?
  `,
  succeededWith: `
    SELECT * FROM job WHERE operation = ? AND status = 'succeeded' AND args ->> ('$.' || ?) = ? ORDER BY number DESC
  `,
  lastRuns: `
    SELECT number, status, round((julianday(finished_at) - julianday(started_at)) * 86400, 3) AS seconds,
      ${didRealWork} AS is_real FROM job
    WHERE operation = @operation AND status = @status ORDER BY number DESC LIMIT @limit
  `,
  comparableRuns: `
    SELECT (julianday(finished_at) - julianday(started_at)) * 86400 AS seconds,
      (SELECT json_group_array(coalesce(result ->> value, 0)) FROM json_each(@sizes)) AS sizes
    FROM (
      SELECT * FROM job WHERE operation = @operation AND status = 'succeeded' AND mode = 'scripts'
      ORDER BY number DESC LIMIT 100
    )
    WHERE json_patch(args, @without) = json_patch(@args, @without) AND number <> @number ORDER BY number DESC
  `,
};

export function createPastRuns(ops: Db) {
  const statements = prepareAll(ops, sql);

  return {
    /** The newest successful runs that did real work, newest first. */
    lastSuccesses: (operation: string, limit: number): Job[] =>
      statements.lastSuccesses.all(operation, limit).map((row) => parseJob(row as JobRow)),

    succeededWith: (operation: string, argument: string, value: string): Job[] =>
      statements.succeededWith.all(operation, argument, value).map((row) => parseJob(row as JobRow)),

    /** The last ended runs, oldest first. */
    lastRuns(operation: string, limit: number): LastRun[] {
      const runs = ['succeeded', 'failed', 'cancelled'].flatMap(
        (status) => statements.lastRuns.all({ operation, status, limit }) as LastRun[],
      );
      return runs.sort((one, other) => one.number - other.number).slice(-limit);
    },

    /** Median duration in seconds of the last twenty comparable runs: other successful ones of the same operation and mode,
     *  with the same arguments except those in `perRun`, and of like sizes. Null when there is none. */
    usualSec(job: Compared, { perRun, sizes }: Comparison): number | null {
      const { number, operation, mode, args } = job;
      if (mode !== 'scripts') return null;
      const without = JSON.stringify(Object.fromEntries(perRun.map((name) => [name, null])));
      const wanted = { number, operation, args: JSON.stringify(args), without, sizes: JSON.stringify(sizes) };
      const rows = statements.comparableRuns.all(wanted) as { seconds: number; sizes: string }[];
      const runs = rows.map(({ seconds, sizes }) => ({ seconds, sizes: JSON.parse(sizes) as number[] }));
      const expected = expectSizes(job, sizes, runs[0]?.sizes);
      const alike = runs.filter((run) => expected?.every((size, at) => areAlike(size, run.sizes[at] ?? 0)));
      const durations = alike.slice(0, runsForMedian).map(({ seconds }) => seconds);
      return durations.sort((a, b) => a - b)[Math.floor(durations.length / 2)] ?? null;
    },
  };
}

type Compared = Pick<Job, 'number' | 'operation' | 'mode' | 'args' | 'result' | 'progress'>;

/** The sizes of its result; before its end those of the newest run, unless its progress shows that it does more. */
function expectSizes(
  { result, progress }: Compared,
  names: string[],
  newest: number[] = [],
): number[] | null {
  if (result) return names.map((name) => Number(result[name] ?? 0));
  const total = progress?.total ?? 0;
  const isLarger = names.length > 0 && total > 2 * Math.max(...newest, 0) + sizeSlack;
  return isLarger ? null : newest;
}

function areAlike(one: number, other: number): boolean {
  return Math.max(one, other) <= 2 * Math.min(one, other) + sizeSlack;
}
