// Statements that find jobs by name, and what is left of removed ones.
import { type Db, prepareAll } from '../core/db/open.ts';
import { type Job, type JobRow, parseJob } from './job.ts';
import type { Tombstone } from './repository-pruning.ts';

const sql = {
  byId: 'SELECT * FROM job WHERE id = ?',
  byNumber: 'SELECT * FROM job WHERE number = ?',
  byRetryOf: 'SELECT id FROM job WHERE retry_of = ? ORDER BY number DESC LIMIT 1',
  newest: 'SELECT * FROM job ORDER BY number DESC LIMIT ?',
  active: `SELECT * FROM job WHERE status IN ('running', 'queued', 'retrying') ORDER BY number`,
  pruned: 'SELECT * FROM pruned_job WHERE id = @key OR number = @number',
  lastOf: 'SELECT * FROM job WHERE operation = ? ORDER BY number DESC LIMIT 1',
  recentDurations: `
    SELECT (julianday(finished_at) - julianday(started_at)) * 86400 AS seconds FROM job
    WHERE operation = ? AND status = 'succeeded' AND mode = 'scripts' ORDER BY number DESC LIMIT 20
  `,
};

export function createJobFinds(ops: Db) {
  const statements = prepareAll(ops, sql);
  const parse = (row: unknown) => (row ? parseJob(row as JobRow) : null);
  const parseAll = (rows: unknown[]) => rows.map((row) => parseJob(row as JobRow));

  return {
    /** By uuid or by number. */
    find(idOrNumber: string): Job | null {
      const number = readNumber(idOrNumber);
      return parse(number === null ? statements.byId.get(idOrNumber) : statements.byNumber.get(number));
    },
    /** The tombstone of a job that retention has removed. */
    findPruned(idOrNumber: string): Tombstone | null {
      const row = statements.pruned.get({ key: idOrNumber, number: readNumber(idOrNumber) });
      return (row as Tombstone | undefined) ?? null;
    },
    /** The id of the newest retry of a job. */
    retriedBy: (number: number) =>
      (statements.byRetryOf.get(number) as { id: string } | undefined)?.id ?? null,
    newest: (limit: number) => parseAll(statements.newest.all(limit)),
    /** Jobs that have not ended. */
    active: () => parseAll(statements.active.all()),
    lastOf: (operation: string) => parse(statements.lastOf.get(operation)),

    /** Median duration in seconds of the last twenty successful runs; null when there is none. */
    usualSec(operation: string): number | null {
      const rows = statements.recentDurations.all(operation) as { seconds: number }[];
      const durations = rows.map(({ seconds }) => seconds).sort((a, b) => a - b);
      return durations[Math.floor(durations.length / 2)] ?? null;
    },
  };
}

function readNumber(idOrNumber: string): number | null {
  return /^\d{1,15}$/.test(idOrNumber) ? Number(idOrNumber) : null;
}
