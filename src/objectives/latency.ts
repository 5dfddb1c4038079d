// The p95 beside the objectives with a threshold, from the figures of requests: in memory for a minute, because a card must not
// change with every look at it. Null while the log store does not answer in time, or with few requests.
import type { Kernel } from '../core/kernel.ts';
import { inTime } from '../core/in-time.ts';
import { addTo, type Histogram, quantile } from '../log-store/histogram.ts';
import { minForP95, type RouteFigures } from '../requests/figures.ts';
import type { RequestFigures } from '../requests/request-figures.ts';
import { searchRoutes } from './count-request.ts';

export type P95 = { fast: number | null; search: number | null };

const keptMs = 60_000;
const maxMs = 500;
const none: P95 = { fast: null, search: null };

type Given = Pick<Kernel, 'now'> & { requestFigures: Pick<RequestFigures, 'read'> };

export function createLatency({ requestFigures, now }: Given) {
  let latest: { atMs: number; reading: Promise<P95> } | null = null;

  /** Never rejects. */
  return async (): Promise<P95> => {
    const atMs = now().getTime();
    if (!latest || atMs < latest.atMs || atMs - latest.atMs >= keptMs) {
      const reading = requestFigures.read('30d').then(({ routes }) => p95Of(routes));
      latest = { atMs, reading };
      reading.catch(() => {
        latest = null;
      });
    }
    return (await inTime(latest.reading, maxMs).catch(() => null)) ?? none;
  };
}

function p95Of(routes: readonly RouteFigures[]): P95 {
  const reads = routes.filter(({ kind, method }) => kind === 'request' && method === 'GET');
  return {
    fast: quantileOf(reads),
    search: quantileOf(reads.filter(({ route }) => searchRoutes.includes(route))),
  };
}

function quantileOf(routes: readonly RouteFigures[]): number | null {
  const histogram: Histogram = new Map();
  for (const route of routes) addTo(histogram, route.histogram);
  const n = routes.reduce((sum, route) => sum + route.n, 0);
  if (n < minForP95) return null;
  const max = Math.max(...routes.map((route) => route.max ?? 0));
  return quantile(histogram, 0.95, max);
}
