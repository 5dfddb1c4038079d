// The statement that sums up samples by hour for the page of usage, in one pass.
import type { Db } from '../core/db/open.ts';
import { rollupSec } from './repository.ts';

/** Null without a sample that has it. */
export type UsageHour = {
  at: number;
  requests: number | null;
  peak_queue: number | null;
  peak_streams: number | null;
  hits: number | null;
  misses: number | null;
};
const usageByHour = `
  SELECT at - at % 3600 AS at, sum(requests) AS requests, max(queue_pending) AS peak_queue, max(streams) AS peak_streams,
    sum(cache_hits) AS hits, sum(cache_misses) AS misses
  FROM (
    SELECT at, requests, queue_pending, streams, cache_hits, cache_misses FROM sample WHERE at >= @split
    UNION ALL
    SELECT at, requests, queue_pending, streams, cache_hits, cache_misses FROM sample_rollup
    WHERE at >= @from AND at < @split AND part IN ('avg', 'max')
  ) GROUP BY 1 ORDER BY 1
`;

const newest = 'SELECT max(at) FROM sample_rollup';

/** Gives the work of the server, by hour from `from` on (seconds); hours without a sample are left out. */
export function createUsageHours(ops: Db) {
  const newestRollup = ops.prepare(newest).pluck();
  const hours = ops.prepare(usageByHour);
  return (from: number): UsageHour[] => {
    const folded = newestRollup.get() as number | null;
    const split = folded === null ? from : Math.max(from, folded + rollupSec);
    return hours.all({ from, split }) as UsageHour[];
  };
}
