// Questions about many jobs that an index or a counter answers, and about the result rows of one.
import { type Db, prepareOnce } from '../core/db/open.ts';
import type { JobFilter } from './job-search.ts';
import { type JobRow, type JobStatus, jobStatuses, type ResultRow } from './job.ts';

/** A page begins below `before`, or ends above `after`; with neither it is the newest. */
export type PageRange = { before?: number | undefined; after?: number | undefined };
/** A filter of jobs with a number above `above`. */
export type BoundedFilter = JobFilter & { above?: number };
export type StatusCounts = Record<JobStatus, number>;

export type JobIndex = ReturnType<typeof createJobIndex>;

/** A count that no counter keeps ends here. */
export const maxCounted = 10_000;

export function createJobIndex(ops: Db) {
  const prepare = prepareOnce(ops);

  return {
    counts,
    newestNumber,
    minNumber,
    find,
    count,

    countsByStatus: () => prepare('SELECT operation, status, jobs FROM job_count').raw().all(),

    operations: () =>
      prepare('SELECT DISTINCT operation FROM job_count WHERE jobs > 0 ORDER BY operation')
        .pluck()
        .all() as string[],
  };

  /** Exact, from counters; of one operation, or of all. */
  function counts(operation?: string): StatusCounts {
    const where = operation === undefined ? '' : 'WHERE operation = @operation';
    const rows = prepare(`SELECT status, sum(jobs) AS jobs FROM job_count ${where} GROUP BY status`).all({
      operation,
    }) as { status: JobStatus; jobs: number }[];
    return toCounts(rows.map(({ status, jobs }) => [status, jobs]));
  }

  function newestNumber(): number {
    return prepare('SELECT coalesce(max(number), 0) FROM job').pluck().get() as number;
  }

  /** The lowest number that can match. Times and numbers rise together, so a time is a number. */
  function minNumber({ since, above = 0 }: BoundedFilter): number {
    if (since === undefined) return above + 1;
    const sql = 'SELECT number FROM job WHERE created_at >= ? ORDER BY created_at, number LIMIT 1';
    const first = prepare(sql).pluck().get(since) as number | undefined;
    return Math.max(above + 1, first ?? newestNumber() + 1);
  }

  /** Newest first, or oldest first above `after`. Ignores what no index answers. */
  function find(filter: BoundedFilter, status: JobStatus | null, limit: number, range: PageRange): JobRow[] {
    const { operation } = filter;
    const where = ['number >= @min', 'number < @max'];
    if (operation !== undefined) where.push('operation = @operation');
    if (status !== null) where.push('status = @status');
    const order = range.after === undefined ? 'DESC' : 'ASC';
    const min = Math.max(minNumber(filter), (range.after ?? 0) + 1);
    const max = range.before ?? Number.MAX_SAFE_INTEGER;
    const sql = `SELECT * FROM job WHERE ${where.join(' AND ')} ORDER BY number ${order} LIMIT @limit`;
    return prepare(sql).all({ operation, status, min, max, limit }) as JobRow[];
  }

  /** Jobs from number `min` on, up to one more than `maxCounted`. */
  function count(operation: string | undefined, status: JobStatus, min: number): number {
    const ofOperation = operation === undefined ? '' : 'operation = @operation AND';
    return prepare(`
      SELECT count(*) FROM (SELECT 1 FROM job WHERE ${ofOperation} status = @status AND number >= @min LIMIT @limit)
    `)
      .pluck()
      .get({ operation, status, min, limit: maxCounted + 1 }) as number;
  }
}

/** Missing statuses count 0. */
export function toCounts(pairs: [JobStatus, number][]): StatusCounts {
  const none = jobStatuses.map((status) => [status, 0]);
  return { ...Object.fromEntries(none), ...Object.fromEntries(pairs) };
}

/** The sum over the statuses of the filter, or over all. */
export function sumOf({ status = [...jobStatuses] }: JobFilter, counts: StatusCounts): number {
  return status.reduce((total, name) => total + counts[name], 0);
}

export function createResultRows(ops: Db) {
  const prepare = prepareOnce(ops);

  return {
    /** A page of rows; `cursor` is the `seq` of the last row of the page before. */
    rows(jobId: string, outcome: string | undefined, limit: number, cursor = 0) {
      const rows = prepare(`
        SELECT seq, ref, outcome, message FROM job_row
        WHERE job_id = @jobId AND seq > @cursor ${outcome === undefined ? '' : 'AND outcome = @outcome'}
        ORDER BY seq LIMIT @limit
      `).all({ jobId, cursor, outcome, limit: limit + 1 }) as ResultRow[];
      const items = rows.slice(0, limit);
      return { items, next_cursor: rows.length > limit ? String(items.at(-1)?.seq) : null };
    },

    newestRow: (jobId: string) =>
      prepare('SELECT coalesce(max(seq), 0) FROM job_row WHERE job_id = ?').pluck().get(jobId) as number,

    rowCounts(jobId: string) {
      const sql = 'SELECT outcome, rows FROM job_row_count WHERE job_id = ? ORDER BY rows DESC, outcome';
      return prepare(sql).all(jobId) as { outcome: string; rows: number }[];
    },
  };
}
