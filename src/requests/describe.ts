// Words for durations, shares and the sentence of the figures.
import { formatMs, formatNumber } from '../core/format.ts';
import type { Figures } from './figures.ts';

/** `route`: its pattern, or `none`. */
export function describeRoute(method: string, route: string): string {
  return route === 'none' ? `${method} unknown addresses` : `${method} ${route}`;
}

/** `–` when unknown. */
export function describeMs(ms: number | null): string {
  return ms === null ? '–' : formatMs(ms);
}

/** `0%`, `0.07%`, `1.7%`, `62%`; 0% and 100% only exactly. */
export function describeShare(share: number | null): string {
  if (share === null) return '–';
  const percent = share * 100;
  if (percent === 0 || percent === 100) return `${percent}%`;
  if (percent < 0.01) return 'under 0.01%';
  if (percent < 0.095) return `${percent.toFixed(2)}%`;
  return percent < 9.95 ? `${percent.toFixed(1)}%` : `${Math.min(99, Math.round(percent))}%`;
}

/** `8,904 in 24 h; p95 38 ms; 0.07% answered with an error of the server.` `span`: such as `24 h`. */
export function describeFigures({ n, p95, share_5xx }: Figures, span: string): string {
  if (n === 0) return `No requests in ${span}.`;
  const speed = p95 === null ? '' : ` p95 ${describeMs(p95)};`;
  const failed = share_5xx === 0 ? 'none answered' : `${describeShare(share_5xx)} answered`;
  return `${formatNumber(n)} in ${span};${speed} ${failed} with an error of the server.`;
}
