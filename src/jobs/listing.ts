// Lists and counts jobs by filter, newest first, with keyset paging.
import type { Db } from '../core/db/open.ts';
import type { JobFilter } from './job-search.ts';
import { type Job, type JobStatus, jobStatuses, parseJob } from './job.ts';
import {
  type BoundedFilter,
  createCounters,
  createJobIndex,
  createJobScan,
  createResultRows,
  type JobIndex,
  maxCounted,
  needsScan,
  type PageRange,
  sumOf,
  toCounts,
} from './repository-index.ts';
import type { Slicing } from '../core/slices.ts';

export { maxCounted, needsScan } from './repository-index.ts';

/** `lookedTo`: the search took too long and ended at this number, before the page was full; null: it did not. */
export type JobPage = { items: Job[]; hasNewer: boolean; hasOlder: boolean; lookedTo: number | null };

export type JobTally = Awaited<ReturnType<JobListing['tally']>>;

export type JobListing = ReturnType<typeof createJobListing>;

/** More matches are never chosen at once. */
export const maxBulkJobs = 10_000;

/** The pace of a search that no index answers. */
export const searchPace: Slicing = { sliceMs: 5, maxMs: 1500, first: 2000, min: 500 };

export function createJobListing(ops: Db, slicing: Slicing) {
  const index = createJobIndex(ops);
  const scan = createJobScan(ops, index, slicing);
  const { counts, newestNumber } = index;

  return {
    ...createResultRows(ops),
    ...createCounters(ops),
    counts,
    newestNumber,
    total: () => sumOf({}, counts()),

    async page(filter: JobFilter, limit: number, range: PageRange = {}): Promise<JobPage> {
      const { found, lookedTo } = await find(filter, limit + 1, range);
      const items = found.slice(0, limit).map(parseJob);
      const hasMore = found.length > limit || lookedTo !== null;
      if (range.after !== undefined)
        return { items: items.reverse(), hasNewer: hasMore, hasOlder: true, lookedTo };
      return { items, hasNewer: range.before !== undefined, hasOlder: hasMore, lookedTo };
    },

    /** Counts by status, whatever the status of the filter; `newer` are those above `first`, the first job of the page.
     *  `isWhole`: no limit ended a count. A search that took too long counts jobs down to number `lookedDownTo`. */
    async tally(filter: JobFilter, first?: number) {
      if (!needsScan(filter)) return tallyByIndex(index, filter, first);
      const { counts, newer, lookedDownTo } = await scan.count(filter, first);
      const isWhole = lookedDownTo === null;
      return { counts, total: sumOf(filter, counts), newer: sumOf(filter, newer), isWhole, lookedDownTo };
    },

    /** The numbers of the matching jobs above `above` and up to `upTo`, newest first. */
    async numbers(filter: JobFilter, { above = 0, upTo }: { above?: number; upTo: number }, limit: number) {
      const { found, lookedTo } = await find({ ...filter, above }, limit + 1, { before: upTo + 1 });
      const numbers = found.slice(0, limit).map(({ number }) => number);
      return { numbers, hasMore: found.length > limit, lookedTo };
    },

    /** The last job of the operation before that number that succeeded. */
    lastSuccess(operation: string, before: number): Job | null {
      const [row] = index.find({ operation }, 'succeeded', 1, { before });
      return row ? parseJob(row) : null;
    },
  };

  async function find(filter: BoundedFilter, limit: number, range: PageRange) {
    if (needsScan(filter)) return scan.find(filter, limit, range);
    const statuses = filter.status ?? [null];
    const found = statuses.flatMap((status) => index.find(filter, status, limit, range));
    const isUp = range.after !== undefined;
    found.sort((one, other) => (isUp ? one.number - other.number : other.number - one.number));
    return { found, lookedTo: null };
  }
}

function tallyByIndex(index: JobIndex, filter: JobFilter, first: number | undefined) {
  const end = index.endNumber(filter);
  const countFrom = (min: number) =>
    toCounts(
      jobStatuses.map((status): [JobStatus, number] => [
        status,
        index.count(filter.operation, status, min, end),
      ]),
    );
  const isExact = filter.since === undefined && filter.until === undefined;
  const counted = isExact ? index.counts(filter.operation) : countFrom(index.minNumber(filter));
  const newer = first === undefined ? 0 : sumOf(filter, countFrom(first + 1));
  const isWhole = isExact || Object.values(counted).every((jobs) => jobs <= maxCounted);
  return { counts: counted, total: sumOf(filter, counted), newer, isWhole, lookedDownTo: null };
}
