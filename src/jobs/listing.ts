// Questions about many jobs or rows: filters, keyset paging, counts. Statements only; answers newest first. What no index
// answers is looked through in slices of a few milliseconds, up to a limit, and the answer says how far it looked.
import type { Db } from '../core/db/open.ts';
import { type Job, type JobRow, type JobStatus, jobStatuses, parseJob, type ResultRow } from './job.ts';
import type { JobFilter } from './job-search.ts';
import { inSlices, type Slicing } from './slices.ts';

/** A page begins below `before`, or ends above `after`; with neither it is the newest. */
type PagePlace = { before?: number | undefined; after?: number | undefined };

/** `lookedTo`: looking took too long and ended at this number, before the page was full; null: it did not. */
export type JobPage = { items: Job[]; hasNewer: boolean; hasOlder: boolean; lookedTo: number | null };

/** Counts by status whatever the filter says of the status, so that each chip says what it would show. `newer` of those
 *  of the filter's statuses are above the page. */
export type JobTally = {
  counts: Record<JobStatus, number>;
  total: number;
  newer: number;
  /** No count was ended by a limit. */
  isWhole: boolean;
  /** Every job older than this number was left out, because looking took too long; null: none was. */
  lookedDownTo: number | null;
};

type Bounded = JobFilter & { above?: number };

export type JobListing = ReturnType<typeof createJobListing>;

/** Counts that no counter keeps end here. */
export const mostCounted = 10_000;

const patience: Slicing = { sliceMs: 5, mostMs: 1500, first: 2000, least: 500 };

export function createJobListing(ops: Db, slicing = patience) {
  const statements = new Map<string, ReturnType<typeof ops.prepare<unknown[]>>>();
  const prepare = (sql: string) => {
    const statement = statements.get(sql) ?? ops.prepare<unknown[]>(sql);
    statements.set(sql, statement);
    return statement;
  };

  return {
    /** Exact, from counters; of one operation, or of all. */
    counts,

    total: () => sum({}, counts()),
    /** By operation and status. */
    everyCount: () => prepare('SELECT operation, status, jobs FROM job_count').raw().all(),

    /** Operations that have jobs. */
    operations: () =>
      prepare('SELECT DISTINCT operation FROM job_count WHERE jobs > 0 ORDER BY operation')
        .pluck()
        .all() as string[],

    async page(filter: JobFilter, limit: number, place: PagePlace = {}): Promise<JobPage> {
      const isUp = place.after !== undefined;
      const { found, lookedTo } = await find(filter, limit + 1, place);
      const items = found.slice(0, limit).map(parseJob);
      const hasMore = found.length > limit || lookedTo !== null;
      if (isUp) return { items: items.reverse(), hasNewer: hasMore, hasOlder: true, lookedTo };
      return { items, hasNewer: place.before !== undefined, hasOlder: hasMore, lookedTo };
    },

    /** `first` is the number of the first job of the page. */
    async tally(filter: JobFilter, first?: number): Promise<JobTally> {
      if (needsLook(filter)) return lookAndCount(filter, first);
      const least = leastNumber(filter);
      const isExact = filter.since === undefined;
      const counted = (status: JobStatus, from: number) => countIndexed(filter.operation, status, from);
      const counts = isExact
        ? this.counts(filter.operation)
        : countsOf(jobStatuses.map((status) => [status, counted(status, least)]));
      const newer =
        first === undefined ? 0 : sum(filter, countsOf(jobStatuses.map((s) => [s, counted(s, first + 1)])));
      const isWhole = isExact || Object.values(counts).every((jobs) => jobs <= mostCounted);
      return { counts, total: sum(filter, counts), newer, isWhole, lookedDownTo: null };
    },

    /** The numbers of those that match, above and up to a number, newest first; whether there are more, and how far it looked. */
    async numbers(filter: JobFilter, { above = 0, upTo }: { above?: number; upTo: number }, limit: number) {
      const bounded = { ...filter, above };
      const { found, lookedTo } = await find(bounded, limit + 1, { before: upTo + 1 });
      const numbers = found.slice(0, limit).map(({ number }) => number);
      return { numbers, hasMore: found.length > limit, lookedTo };
    },

    newestNumber,

    /** The last job of the operation before that number that succeeded. */
    lastSuccess(operation: string, before: number): Job | null {
      const [row] = indexed({ operation }, 'succeeded', 1, { before });
      return row ? parseJob(row) : null;
    },

    /** `cursor` is the `seq` of the last row of the page before. */
    rows(jobId: string, outcome: string | undefined, limit: number, cursor = 0) {
      const rows = prepare(`
        SELECT seq, ref, outcome, message FROM job_row
        WHERE job_id = @jobId AND seq > @cursor ${outcome === undefined ? '' : 'AND outcome = @outcome'}
        ORDER BY seq LIMIT @limit
      `).all({ jobId, cursor, outcome, limit: limit + 1 }) as ResultRow[];
      const items = rows.slice(0, limit);
      return { items, next_cursor: rows.length > limit ? String(items.at(-1)?.seq) : null };
    },

    /** The `seq` of the last row; 0 when there is none. */
    newestRow: (jobId: string) =>
      prepare('SELECT coalesce(max(seq), 0) FROM job_row WHERE job_id = ?').pluck().get(jobId) as number,

    /** How many rows there are of each outcome. */
    rowCounts: (jobId: string) =>
      prepare('SELECT outcome, rows FROM job_row_count WHERE job_id = ? ORDER BY rows DESC, outcome').all(
        jobId,
      ) as { outcome: string; rows: number }[],
  };

  function counts(operation?: string): Record<JobStatus, number> {
    const where = operation === undefined ? '' : 'WHERE operation = @operation';
    const rows = prepare(`SELECT status, sum(jobs) AS jobs FROM job_count ${where} GROUP BY status`).all({
      operation,
    }) as { status: JobStatus; jobs: number }[];
    return countsOf(rows.map(({ status, jobs }) => [status, jobs]));
  }

  function newestNumber(): number {
    return prepare('SELECT coalesce(max(number), 0) FROM job').pluck().get() as number;
  }

  /** Times and numbers grow together, so a time is a number. */
  function leastNumber({ since, above = 0 }: Bounded): number {
    if (since === undefined) return above + 1;
    const sql = 'SELECT number FROM job WHERE created_at >= ? ORDER BY created_at, number LIMIT 1';
    const first = prepare(sql).pluck().get(since) as number | undefined;
    return Math.max(above + 1, first ?? newestNumber() + 1);
  }

  /** In the order of the way it goes. */
  async function find(filter: Bounded, limit: number, place: PagePlace) {
    if (needsLook(filter)) return look(filter, limit, place);
    const found = (filter.status ?? [null]).flatMap((status) => indexed(filter, status, limit, place));
    const isUp = place.after !== undefined;
    found.sort((one, other) => (isUp ? one.number - other.number : other.number - one.number));
    return { found, lookedTo: null };
  }

  function indexed(filter: Bounded, status: JobStatus | null, limit: number, place: PagePlace): JobRow[] {
    const { operation } = filter;
    const where = ['number >= @least', 'number < @most'];
    if (operation !== undefined) where.push('operation = @operation');
    if (status !== null) where.push('status = @status');
    const order = place.after === undefined ? 'DESC' : 'ASC';
    const least = Math.max(leastNumber(filter), (place.after ?? 0) + 1);
    const most = place.before ?? Number.MAX_SAFE_INTEGER;
    return prepare(
      `SELECT * FROM job WHERE ${where.join(' AND ')} ORDER BY number ${order} LIMIT @limit`,
    ).all({ operation, status, least, most, limit }) as JobRow[];
  }

  function countIndexed(operation: string | undefined, status: JobStatus, least: number): number {
    const of = operation === undefined ? '' : 'operation = @operation AND';
    return prepare(
      `SELECT count(*) FROM (SELECT 1 FROM job WHERE ${of} status = @status AND number >= @least LIMIT @limit)`,
    )
      .pluck()
      .get({ operation, status, least, limit: mostCounted + 1 }) as number;
  }

  async function look(filter: Bounded, limit: number, place: PagePlace) {
    const { where, values } = conditions(filter);
    const isUp = place.after !== undefined;
    const statement = prepare(`
      SELECT * FROM job NOT INDEXED WHERE number >= @from AND number < @to AND ${where}
      ORDER BY number ${isUp ? 'ASC' : 'DESC'} LIMIT @limit
    `);
    const found: JobRow[] = [];
    const range = rangeOf(filter, place);
    const lookedTo = await inSlices({ ...range, isUp }, slicing, (from, to) => {
      found.push(...(statement.all({ ...values, from, to, limit: limit - found.length }) as JobRow[]));
      return found.length < limit;
    });
    return { found, lookedTo };
  }

  async function lookAndCount(filter: JobFilter, first: number | undefined): Promise<JobTally> {
    const { status: _, ...rest } = filter;
    const { where, values } = conditions(rest);
    const statement = prepare(`
      SELECT status, count(*) AS jobs, sum(number > @first) AS newer FROM job NOT INDEXED
      WHERE number >= @from AND number < @to AND ${where} GROUP BY status
    `);
    const counts = countsOf([]);
    const newer = countsOf([]);
    const lookedDownTo = await inSlices({ ...rangeOf(filter, {}), isUp: false }, slicing, (from, to) => {
      const rows = statement.all({ ...values, from, to, first: first ?? Number.MAX_SAFE_INTEGER });
      for (const row of rows as { status: JobStatus; jobs: number; newer: number }[]) {
        counts[row.status] += row.jobs;
        newer[row.status] += row.newer;
      }
      return true;
    });
    const isWhole = lookedDownTo === null;
    return { counts, total: sum(filter, counts), newer: sum(filter, newer), isWhole, lookedDownTo };
  }

  function rangeOf(filter: Bounded, { before, after }: PagePlace) {
    const from = Math.max(leastNumber(filter), (after ?? 0) + 1);
    return { from, to: Math.min(newestNumber() + 1, before ?? Number.MAX_SAFE_INTEGER) };
  }
}

/** No index answers it: jobs are looked at one by one. */
export function needsLook({ actor, errors, texts }: JobFilter): boolean {
  return actor !== undefined || Boolean(errors?.length) || Boolean(texts?.length);
}

function conditions({ status, operation, actor, errors = [], texts = [] }: JobFilter) {
  const where = ['1'];
  if (status) where.push('status IN (SELECT value FROM json_each(@status))');
  if (operation !== undefined) where.push('operation = @operation');
  if (actor !== undefined) where.push('requested_by = @actor');
  const values: Record<string, unknown> = { status: JSON.stringify(status ?? []), operation, actor };
  for (const [at, text] of errors.entries()) {
    values[`error${at}`] = partOf(jsonText(text));
    where.push(like('failure', `error${at}`));
  }
  for (const [at, { text, operations }] of texts.entries()) {
    values[`text${at}`] = partOf(text);
    values[`json${at}`] = partOf(jsonText(text));
    values[`named${at}`] = JSON.stringify(operations);
    const places = [
      like('args', `json${at}`),
      like('failure', `json${at}`),
      like('operation', `text${at}`),
      like('reason', `text${at}`),
      `operation IN (SELECT value FROM json_each(@named${at}))`,
    ];
    if (/^\d{1,15}$/.test(text)) places.push(`number = ${Number(text)}`);
    where.push(`(${places.join(' OR ')})`);
  }
  return { where: where.join(' AND '), values };
}

const like = (column: string, name: string) => `${column} LIKE @${name} ESCAPE '\\'`;
const partOf = (text: string) => `%${text.replace(/[\\%_]/g, '\\$&')}%`;
/** As it stands inside a JSON text. */
const jsonText = (text: string) => JSON.stringify(text).slice(1, -1);

function countsOf(pairs: [JobStatus, number][]): Record<JobStatus, number> {
  const none = jobStatuses.map((status) => [status, 0]);
  return { ...Object.fromEntries(none), ...Object.fromEntries(pairs) };
}

function sum({ status = [...jobStatuses] }: JobFilter, counts: Record<JobStatus, number>): number {
  return status.reduce((total, name) => total + counts[name], 0);
}
