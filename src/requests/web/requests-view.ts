// The view model of the page of requests: windows, order, and one table each for requests, streams and transfers.
import type { RequestKind } from '../../core/answered-request.ts';
import { formatNumber } from '../../core/format.ts';
import { url } from '../../core/url.ts';
import { describeFigures, describeMs, describeRoute, describeShare } from '../describe.ts';
import { minForP95, minForP99, type RouteFigures } from '../figures.ts';
import type { WindowFigures } from '../request-figures.ts';
import { type WindowName, windowNames } from '../windows.ts';
import { drawHistogram, histogramWidth, requestScale, type Scale } from '../draw-histogram.ts';

export const sorts = ['p95', 'route', 'n', 'p50', 'p99', 'max', 'share_5xx'] as const;
type Sort = (typeof sorts)[number];
type Chosen = { window: WindowName; sort: Sort };

const windowLabels: Record<WindowName, string> = {
  '1h': '1 h',
  '6h': '6 h',
  '24h': '24 h',
  '7d': '7 d',
  '30d': '30 d',
};

const tables: { kind: RequestKind; title: string; what: string; scale: Scale }[] = [
  {
    kind: 'request',
    title: 'By route',
    what: 'Latency by route',
    scale: requestScale,
  },
  {
    kind: 'stream',
    title: 'Streams',
    what: 'How long live updates and followed logs were open, by route',
    scale: { fromMs: 100, toMs: 3_600_000, label: '0.1 s to 1 h' },
  },
  {
    kind: 'transfer',
    title: 'Uploads and downloads',
    what: 'How long uploads and downloads took, by route',
    scale: { fromMs: 10, toMs: 600_000, label: '10 ms to 10 min' },
  },
];

const sortWords: Record<Sort, string> = {
  p95: 'Slowest p95 first',
  route: 'In the order of the routes',
  n: 'Most requests first',
  p50: 'Slowest p50 first',
  p99: 'Slowest p99 first',
  max: 'Slowest request first',
  share_5xx: 'Most errors of the server first',
};

/** `window`, `sort`: null for an unknown one, which `refusal` names. `figures`: null then, and while they cannot be read,
 *  because of `problem`. `counts`: of each window. `slowMs`: from there on a duration is marked. */
type Given = {
  window: WindowName | null;
  sort: Sort | null;
  refusal: string | null;
  path: string;
  figures: WindowFigures | null;
  counts: number[];
  problem: string | null;
  slowMs: number;
  openStreams: number;
  at: string;
};

export function viewRequests(given: Given) {
  const { figures, counts, problem, refusal, path, slowMs, openStreams, at } = given;
  const { window, sort } = { window: given.window ?? '24h', sort: given.sort ?? sorts[0] };
  const routes = figures?.routes ?? [];
  const heads = viewHeads({ window, sort });
  return {
    at,
    open: `${formatNumber(openStreams)} open now`,
    problem,
    refusal,
    path,
    sentence: figures && describeFigures(figures.all, windowLabels[window]),
    windows: windowNames.map((name, i) => ({
      label: windowLabels[name],
      count: figures && formatNumber(counts[i] ?? 0),
      href: requestsUrl({ window: name, sort }),
      isCurrent: name === given.window,
    })),
    order: sortWords[sort],
    heads,
    sortings:
      routes.length === 0 ? [] : sorts.map((name) => ({ ...heads[name], isCurrent: name === given.sort })),
    tables: tables.flatMap(({ kind, title, what, scale }) => {
      const rows = routes.filter((route) => route.kind === kind).sort(orders[sort]);
      if (rows.length === 0 && kind !== 'request') return [];
      const shown = rows.map((row) => viewRow(row, scale, slowMs));
      return [{ kind, title, what, scale: scale.label, rows: shown }];
    }),
    footnote: `p50, p95, p99: 50, 95, 99 of 100 requests were at least as fast. “–”: too few to say (p95 from ${minForP95} requests, p99 from ${minForP99}). 5xx: the server failed.`,
  };
}

function requestsUrl({ window, sort }: Chosen): string {
  return url('/requests', {
    window: window === '24h' ? undefined : window,
    sort: sort === 'p95' ? undefined : sort,
  });
}

const headWords: Record<Sort, string> = {
  route: 'Route',
  n: 'Count',
  p50: 'p50',
  p95: 'p95',
  p99: 'p99',
  max: 'Max',
  share_5xx: '5xx',
};

function viewHeads({ window, sort }: Chosen) {
  const head = (name: Sort) => ({
    label: headWords[name],
    href: requestsUrl({ window, sort: name }),
    order: name !== sort ? null : name === 'route' ? 'ascending' : 'descending',
  });
  return Object.fromEntries(sorts.map((name) => [name, head(name)])) as Record<Sort, ReturnType<typeof head>>;
}

type Order = (one: RouteFigures, other: RouteFigures) => number;

const byRoute: Order = (one, other) =>
  one.route.localeCompare(other.route) || one.method.localeCompare(other.method);

/** Rows without that figure come last, the slowest of them first. */
const falling =
  (name: Exclude<Sort, 'route'>): Order =>
  (one, other) =>
    (other[name] ?? -1) - (one[name] ?? -1) || (other.max ?? 0) - (one.max ?? 0) || byRoute(one, other);

const orders: Record<Sort, Order> = {
  route: byRoute,
  n: falling('n'),
  p50: falling('p50'),
  p95: falling('p95'),
  p99: falling('p99'),
  max: falling('max'),
  share_5xx: falling('share_5xx'),
};

function viewRow(row: RouteFigures, scale: Scale, slowMs: number) {
  const { method, route, kind, n, share_5xx } = row;
  const time = (ms: number | null) => ({
    text: describeMs(ms),
    isSlow: kind === 'request' && ms !== null && ms >= slowMs,
  });
  return {
    name: describeRoute(method, route),
    href: url('/requests/kept', { method, route }),
    n: formatNumber(n),
    bars: drawHistogram(row.histogram, scale),
    width: histogramWidth,
    p50: time(row.p50),
    p95: time(row.p95),
    p99: time(row.p99),
    max: time(row.max),
    failed: { text: describeShare(share_5xx), isNone: share_5xx === 0 },
  };
}
