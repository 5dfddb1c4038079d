// The past runs of an operation: its last ones, and how long they usually take.
import { type Db, prepareAll } from '../core/db/open.ts';
import { type Job, type JobRow, parseJob } from './job.ts';

/** An ended run of an operation; seconds of its last attempt, null when it never started. */
export type LastRun = {
  number: number;
  status: 'succeeded' | 'failed' | 'cancelled';
  seconds: number | null;
};

const sql = {
  lastSuccesses: `
    SELECT * FROM job WHERE operation = ? AND status = 'succeeded' AND mode = 'scripts' ORDER BY number DESC LIMIT ?
  `,
  lastRuns: `
    SELECT number, status, (julianday(finished_at) - julianday(started_at)) * 86400 AS seconds FROM job
    WHERE operation = @operation AND status = @status ORDER BY number DESC LIMIT @limit
  `,
  recentDurations: `
    SELECT (julianday(finished_at) - julianday(started_at)) * 86400 AS seconds FROM (
      SELECT * FROM job WHERE operation = @operation AND status = 'succeeded' AND mode = 'scripts'
      ORDER BY number DESC LIMIT 100
    )
    WHERE json_patch(args, @without) = json_patch(@args, @without) ORDER BY number DESC LIMIT 20
  `,
};

export function createPastRuns(ops: Db) {
  const statements = prepareAll(ops, sql);

  return {
    /** The newest successful runs of scripts, newest first. */
    lastSuccesses: (operation: string, limit: number): Job[] =>
      statements.lastSuccesses.all(operation, limit).map((row) => parseJob(row as JobRow)),

    /** The last ended runs, oldest first. */
    lastRuns(operation: string, limit: number): LastRun[] {
      const runs = ['succeeded', 'failed', 'cancelled'].flatMap(
        (status) => statements.lastRuns.all({ operation, status, limit }) as LastRun[],
      );
      return runs.sort((one, other) => one.number - other.number).slice(-limit);
    },

    /** Median duration in seconds of the last twenty comparable runs: successful ones of the same operation and mode with
     *  the same arguments, except those in `perRun`. Null when there is none. */
    usualSec({ operation, mode, args }: Pick<Job, 'operation' | 'mode' | 'args'>, perRun: string[] = []) {
      if (mode !== 'scripts') return null;
      const without = JSON.stringify(Object.fromEntries(perRun.map((name) => [name, null])));
      const wanted = { operation, args: JSON.stringify(args), without };
      const rows = statements.recentDurations.all(wanted) as { seconds: number }[];
      const durations = rows.map(({ seconds }) => seconds).sort((a, b) => a - b);
      return durations[Math.floor(durations.length / 2)] ?? null;
    },
  };
}
