// Counts answered requests and their durations by minute, and hands the counts to the log store at intervals.
import type { AnsweredRequest } from '../core/answered-request.ts';
import { count, type Histogram } from '../log-store/histogram.ts';
import type { LogStore } from '../log-store/log-store.ts';
import type { CountedRequests } from '../log-store/request-stat-repository.ts';

const minuteMs = 60_000;

type Counted = Omit<CountedRequests, 'buckets'> & { buckets: Histogram };
type Observed = Pick<AnsweredRequest, 'method' | 'route' | 'kind' | 'status' | 'ms'>;

export type RequestCounter = ReturnType<typeof createRequestCounter>;

export function createRequestCounter(given: { logStore: Pick<LogStore, 'add'>; now: () => Date }) {
  let counts = new Map<string, Counted>();

  return {
    /** A request counts for the minute of its answer: a stream may have begun days before. */
    add(answered: Observed) {
      const of = countOf(counts, answered, given.now().getTime());
      of.n += 1;
      of.sum_ms += answered.ms;
      of.max_ms = Math.max(of.max_ms, answered.ms);
      count(of.buckets, answered.ms);
    },

    flush() {
      for (const { buckets, ...rest } of counts.values())
        given.logStore.add('requestStats', { ...rest, buckets: [...buckets] });
      counts = new Map();
    },
  };
}

function countOf(counts: Map<string, Counted>, { method, route, kind, status }: Observed, nowMs: number) {
  const at = nowMs - (nowMs % minuteMs);
  const key = `${at} ${method} ${route} ${kind} ${statusClass(status)}`;
  const known = counts.get(key);
  if (known) return known;
  const fresh: Counted = {
    ...{ at, method, route, kind, class: statusClass(status) },
    ...{ n: 0, sum_ms: 0, max_ms: 0, buckets: new Map() },
  };
  counts.set(key, fresh);
  return fresh;
}

function statusClass(status: number): number {
  return Math.floor(status / 100);
}
