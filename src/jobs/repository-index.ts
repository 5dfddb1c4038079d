// Questions about many jobs, and about the result rows of one. An index or a counter answers most; for the others, jobs are
// read one by one, in slices of a few milliseconds.
import { type Db, prepareOnce } from '../core/db/open.ts';
import { containing, containingInJson, like } from '../core/db/word-search.ts';
import type { JobFilter } from './job-search.ts';
import { type JobRow, type JobStatus, jobStatuses, type ResultRow } from './job.ts';
import { inSlices, type Slicing } from '../core/slices.ts';

/** A page begins below `before`, or ends above `after`; with neither it is the newest. */
export type PageRange = { before?: number | undefined; after?: number | undefined };
/** A filter of jobs with a number above `above`. */
export type BoundedFilter = JobFilter & { above?: number };
export type HourCount = { hour: string; status: JobStatus; jobs: number };
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
    endNumber,
    find,
    count,
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
    return Math.max(above + 1, firstNumberAt(since));
  }

  /** One more than the highest number that can match. */
  function endNumber({ until }: BoundedFilter): number {
    return until === undefined ? Number.MAX_SAFE_INTEGER : firstNumberAt(until);
  }

  function firstNumberAt(time: string): number {
    const sql = 'SELECT number FROM job WHERE created_at >= ? ORDER BY created_at, number LIMIT 1';
    return (prepare(sql).pluck().get(time) as number | undefined) ?? newestNumber() + 1;
  }

  /** Newest first, or oldest first above `after`. Ignores what no index answers. */
  function find(filter: BoundedFilter, status: JobStatus | null, limit: number, range: PageRange): JobRow[] {
    const { operation } = filter;
    const where = ['number >= @min', 'number < @max'];
    if (operation !== undefined) where.push('operation = @operation');
    if (status !== null) where.push('status = @status');
    const order = range.after === undefined ? 'DESC' : 'ASC';
    const min = Math.max(minNumber(filter), (range.after ?? 0) + 1);
    const max = Math.min(endNumber(filter), range.before ?? Number.MAX_SAFE_INTEGER);
    const sql = `SELECT * FROM job WHERE ${where.join(' AND ')} ORDER BY number ${order} LIMIT @limit`;
    return prepare(sql).all({ operation, status, min, max, limit }) as JobRow[];
  }

  /** Jobs from number `min` on and before `end`, up to one more than `maxCounted`. */
  function count(operation: string | undefined, status: JobStatus, min: number, end: number): number {
    const ofOperation = operation === undefined ? '' : 'operation = @operation AND';
    return prepare(`
      SELECT count(*) FROM (SELECT 1 FROM job WHERE ${ofOperation} status = @status AND number >= @min
        AND number < @end LIMIT @limit)
    `)
      .pluck()
      .get({ operation, status, min, end, limit: maxCounted + 1 }) as number;
  }
}

/** What counters answer: jobs by operation and status, and by the UTC hour of their request. */
export function createCounters(ops: Db) {
  const prepare = prepareOnce(ops);

  return {
    countsByStatus: () => prepare('SELECT operation, status, jobs FROM job_count').raw().all(),

    operations: () =>
      prepare('SELECT DISTINCT operation FROM job_count WHERE jobs > 0 ORDER BY operation')
        .pluck()
        .all() as string[],

    /** The first hour with jobs, in UTC: `2026-11-28T14`. */
    firstHour: () => prepare('SELECT min(hour) FROM job_hour').pluck().get() as string | null,

    /** Jobs by the UTC hour of their request and by status, of the operation of the filter, in order. */
    hourCounts({ operation }: JobFilter, from: Date, to: Date): HourCount[] {
      const ofOperation = operation === undefined ? '' : 'AND operation = @operation';
      return prepare(`
        SELECT hour, status, sum(jobs) AS jobs FROM job_hour WHERE hour >= @from AND hour <= @to ${ofOperation}
        GROUP BY hour, status ORDER BY hour
      `).all({
        operation,
        from: from.toISOString().slice(0, 13),
        to: to.toISOString().slice(0, 13),
      }) as HourCount[];
    },
  };
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

/** `tab`: the part of a ref before `!`. */
type RowFilter = { outcome?: string | undefined; tab?: string | undefined };

export function createResultRows(ops: Db) {
  const prepare = prepareOnce(ops);

  return {
    /** A page of rows; `cursor` is the `seq` of the last row of the page before. */
    rows(jobId: string, { outcome, tab }: RowFilter, limit: number, cursor = 0) {
      const rows = prepare(`
        SELECT seq, ref, outcome, message FROM job_row
        WHERE job_id = @jobId AND seq > @cursor ${outcome === undefined ? '' : 'AND outcome = @outcome'}
          ${tab === undefined ? '' : `AND (ref = @tab OR substr(ref, 1, length(@tab) + 1) = @tab || '!')`}
        ORDER BY seq LIMIT @limit
      `).all({ jobId, cursor, outcome, tab, limit: limit + 1 }) as ResultRow[];
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

/** Whether the filter needs a scan. */
export function needsScan({ actor, schedule, errors, texts }: JobFilter): boolean {
  return actor !== undefined || schedule !== undefined || Boolean(errors?.length) || Boolean(texts?.length);
}

export function createJobScan(ops: Db, index: JobIndex, slicing: Slicing) {
  const prepare = prepareOnce(ops);

  return {
    /** Up to `limit` jobs, in the order of `JobIndex.find`. */
    async find(filter: BoundedFilter, limit: number, page: PageRange) {
      const { source, where, values } = conditions(filter);
      const isUp = page.after !== undefined;
      const statement = prepare(`
        SELECT * FROM ${source} WHERE number >= @from AND number < @to AND ${where}
        ORDER BY number ${isUp ? 'ASC' : 'DESC'} LIMIT @limit
      `);
      const found: JobRow[] = [];
      const lookedTo = await inSlices({ ...rangeOf(filter, page), isUp }, slicing, (from, to) => {
        found.push(...(statement.all({ ...values, from, to, limit: limit - found.length }) as JobRow[]));
        return found.length < limit;
      });
      return { found, lookedTo };
    },

    /** Counts whatever the status of the filter; `newer` are those above number `first`. */
    async count(filter: JobFilter, first: number | undefined) {
      const { status: _, ...rest } = filter;
      const { source, where, values } = conditions(rest);
      const statement = prepare(`
        SELECT status, count(*) AS jobs, sum(number > @first) AS newer FROM ${source}
        WHERE number >= @from AND number < @to AND ${where} GROUP BY status
      `);
      const counts = toCounts([]);
      const newer = toCounts([]);
      const range = { ...rangeOf(filter, {}), isUp: false };
      const lookedDownTo = await inSlices(range, slicing, (from, to) => {
        const rows = statement.all({ ...values, from, to, first: first ?? Number.MAX_SAFE_INTEGER });
        for (const row of rows as { status: JobStatus; jobs: number; newer: number }[]) {
          counts[row.status] += row.jobs;
          newer[row.status] += row.newer;
        }
        return true;
      });
      return { counts, newer, lookedDownTo };
    },
  };

  function rangeOf(filter: BoundedFilter, { before, after }: PageRange) {
    const from = Math.max(index.minNumber(filter), (after ?? 0) + 1);
    const end = Math.min(index.newestNumber() + 1, index.endNumber(filter));
    return { from, to: Math.min(end, before ?? Number.MAX_SAFE_INTEGER) };
  }
}

function conditions({ status, operation, actor, schedule, errors = [], texts = [] }: JobFilter) {
  // Other jobs are read in the order of their numbers.
  const source = schedule === undefined ? 'job NOT INDEXED' : 'job INDEXED BY job_schedule';
  const where = ['1'];
  if (status) where.push('status IN (SELECT value FROM json_each(@status))');
  if (operation !== undefined) where.push('operation = @operation');
  if (actor !== undefined) where.push('requested_by = @actor');
  if (schedule !== undefined) where.push('schedule = @schedule');
  const values: Record<string, unknown> = {
    status: JSON.stringify(status ?? []),
    operation,
    actor,
    schedule,
  };
  for (const [at, text] of errors.entries()) {
    values[`error${at}`] = containingInJson(text);
    where.push(like('failure', `error${at}`));
  }
  for (const [at, { text, operations }] of texts.entries()) {
    values[`text${at}`] = containing(text);
    values[`json${at}`] = containingInJson(text);
    values[`named${at}`] = JSON.stringify(operations);
    const columns = [
      like('args', `json${at}`),
      like('failure', `json${at}`),
      like('operation', `text${at}`),
      like('reason', `text${at}`),
      `operation IN (SELECT value FROM json_each(@named${at}))`,
    ];
    if (/^\d{1,15}$/.test(text)) columns.push(`number = ${Number(text)}`);
    where.push(`(${columns.join(' OR ')})`);
  }
  return { source, where: where.join(' AND '), values };
}
