// How long the requests of a route took in the last 24 h, and where one of them stands among them.
import { plural } from '../../core/format.ts';
import { shareBelow } from '../../log-store/histogram.ts';
import { describeMs } from '../../requests/describe.ts';
import { drawHistogram, histogramWidth, requestScale } from '../../requests/draw-histogram.ts';
import type { RouteFigures } from '../../requests/figures.ts';

/** `ms`: of the request. */
export function viewRoute({ n, p50, p95, histogram }: RouteFigures, ms: number) {
  const facts = [`p50 ${describeMs(p50)}`, ...(p95 === null ? [] : [`p95 ${describeMs(p95)}`])];
  const slower = Math.floor(shareBelow(histogram, ms) * 1000) / 10;
  const words = slower >= 1 ? ` This one was slower than ${slower}% of them.` : '';
  return {
    sentence: `${plural(n, 'request')} in 24 h; ${facts.join(', ')}.${words}`,
    bars: drawHistogram(histogram, requestScale),
    width: histogramWidth,
    scale: requestScale.label,
  };
}
