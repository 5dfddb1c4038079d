// The figures of requests by route: how many, how fast, and how many failed.
import { addTo, type Histogram, quantile } from '../log-store/histogram.ts';
import type { RequestStat } from '../log-store/request-stat-repository.ts';

/** A quantile of fewer requests says nothing. */
export const minForP95 = 20;
export const minForP99 = 100;

/** Milliseconds; null where there are too few. `share_5xx`: from 0 to 1. */
export type Figures = {
  n: number;
  p50: number | null;
  p95: number | null;
  p99: number | null;
  max: number | null;
  share_5xx: number | null;
};

export type RouteFigures = Pick<RequestStat, 'method' | 'route' | 'kind'> &
  Figures & { histogram: Histogram };

export function figuresOf(stats: RequestStat[]): Figures {
  return figuresAndHistogram(stats).figures;
}

/** One for each method, route and kind. */
export function figuresByRoute(stats: RequestStat[]): RouteFigures[] {
  const routes = new Map<string, RequestStat[]>();
  for (const stat of stats) {
    const key = `${stat.kind} ${stat.method} ${stat.route}`;
    const known = routes.get(key);
    if (known) known.push(stat);
    else routes.set(key, [stat]);
  }
  return [...routes.values()].flatMap((ofRoute) => {
    const [first] = ofRoute;
    if (!first) return [];
    const { figures, histogram } = figuresAndHistogram(ofRoute);
    return [{ method: first.method, route: first.route, kind: first.kind, ...figures, histogram }];
  });
}

function figuresAndHistogram(stats: RequestStat[]): { figures: Figures; histogram: Histogram } {
  const histogram: Histogram = new Map();
  for (const { buckets } of stats) addTo(histogram, buckets);
  const n = sumOf(stats);
  const max = n === 0 ? null : Math.max(...stats.map(({ max_ms }) => max_ms));
  const at = (q: number, min: number) =>
    n < min || max === null ? null : toMicroseconds(quantile(histogram, q, max) ?? 0);
  const figures = {
    n,
    p50: at(0.5, 1),
    p95: at(0.95, minForP95),
    p99: at(0.99, minForP99),
    max,
    share_5xx: n === 0 ? null : sumOf(stats.filter((stat) => stat.class === 5)) / n,
  };
  return { figures, histogram };
}

function sumOf(stats: RequestStat[]): number {
  return stats.reduce((sum, { n }) => sum + n, 0);
}

function toMicroseconds(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
