// The counts and durations of requests in log.db, by minute, hour and day. Runs in the thread of the log store.
import type { RequestKind } from '../core/answered-request.ts';
import { type Db, prepareOnce } from '../core/db/open.ts';
import { addTo } from './histogram.ts';

/** The requests of a route and a status class. `class`: 2 for 2xx. `buckets`: see histogram.ts. */
export type RequestStat = {
  method: string;
  route: string;
  kind: RequestKind;
  class: number;
  n: number;
  sum_ms: number;
  max_ms: number;
  buckets: [number, number][];
};

/** `at`: any moment of its minute, in milliseconds since 1970. */
export type CountedRequests = RequestStat & { at: number };

/** Rows of one span that begin in `[from, to)`. `span`: in seconds. */
export type SpanPart = { span: Span; from: number; to: number };
export type Span = (typeof spans)[number];

const spans = [60, 3600, 86_400] as const;

const columns = 'method, route, kind, class, n, sum_ms, max_ms, buckets';
const sql = {
  find: `
    SELECT ${columns} FROM request_stat
    WHERE span = @span AND at = @at AND method = @method AND route = @route AND kind = @kind AND class = @class
  `,
  save: `
    INSERT OR REPLACE INTO request_stat (span, at, ${columns})
    VALUES (@span, @at, @method, @route, @kind, @class, @n, @sum_ms, @max_ms, @buckets)
  `,
  inPart: `SELECT ${columns} FROM request_stat WHERE span = ? AND at >= ? AND at < ?`,
  countInPart: `
    SELECT coalesce(sum(n), 0) FROM request_stat WHERE span = ? AND at >= ? AND at < ? AND kind = 'request'
  `,
};

/** Adds to the rows of their minute, hour and day. */
export function addRequestStats(db: Db, counted: CountedRequests[]) {
  for (const { at, ...stat } of counted)
    for (const span of spans) addToRow(db, stat, { span, at: at - (at % (span * 1000)) });
}

function addToRow(db: Db, stat: RequestStat, place: { span: Span; at: number }) {
  const { method, route, kind } = stat;
  const key = { ...place, method, route, kind, class: stat.class };
  const row = prepareOnce(db)(sql.find).get(key) as StoredStat | undefined;
  const sum = row ? merge(parse(row), stat) : stat;
  prepareOnce(db)(sql.save).run({ ...sum, ...place, buckets: JSON.stringify(sum.buckets) });
}

/** The sum of each method, route, kind and class. */
export function requestStats(db: Db, { parts }: { parts: SpanPart[] }): RequestStat[] {
  const sums = new Map<string, RequestStat>();
  for (const { span, from, to } of parts)
    for (const row of prepareOnce(db)(sql.inPart).all(span, from, to) as StoredStat[]) {
      const key = `${row.class} ${row.kind} ${row.method} ${row.route}`;
      const known = sums.get(key);
      sums.set(key, known ? merge(known, parse(row)) : parse(row));
    }
  return [...sums.values()];
}

/** How many requests there were in each window, without streams and transfers. */
export function requestCounts(db: Db, { windows }: { windows: SpanPart[][] }): number[] {
  const countPart = prepareOnce(db)(sql.countInPart).pluck();
  return windows.map((parts) =>
    parts.reduce((sum, { span, from, to }) => sum + (countPart.get(span, from, to) as number), 0),
  );
}

type StoredStat = Omit<RequestStat, 'buckets'> & { buckets: string };

function parse(row: StoredStat): RequestStat {
  return { ...row, buckets: JSON.parse(row.buckets) as [number, number][] };
}

function merge(one: RequestStat, other: RequestStat): RequestStat {
  const buckets = new Map(one.buckets);
  addTo(buckets, other.buckets);
  return {
    ...one,
    n: one.n + other.n,
    sum_ms: one.sum_ms + other.sum_ms,
    max_ms: Math.max(one.max_ms, other.max_ms),
    buckets: [...buckets],
  };
}
