// Draws the durations of a route as bars on a logarithmic scale, which all routes of a table share.
import { type Histogram, middleOf } from '../log-store/histogram.ts';

/** From one duration to another, in milliseconds; shorter and longer ones are in the outer bars. */
export type Scale = { fromMs: number; toMs: number; label: string };

export const requestScale: Scale = { fromMs: 1, toMs: 2000, label: '1 ms to 2 s' };

const steps = 24;
const stepWidth = 5;
export const histogramWidth = steps * stepWidth - 1;
const histogramHeight = 20;
/** A bar that is less tall would not be seen. */
const minHeight = 1;

export type Bar = { x: number; y: number; height: number };

export function drawHistogram(histogram: Histogram, { fromMs, toMs }: Scale): Bar[] {
  const counts = new Map<number, number>();
  const logRange = Math.log(toMs / fromMs);
  for (const [bucket, n] of histogram) {
    const share = Math.log(middleOf(bucket) / fromMs) / logRange;
    const step = Math.min(steps - 1, Math.max(0, Math.floor(share * steps)));
    counts.set(step, (counts.get(step) ?? 0) + n);
  }
  const most = Math.max(1, ...counts.values());
  return [...counts]
    .sort(([one], [other]) => one - other)
    .map(([step, n]) => {
      const height = round(Math.max(minHeight, (n / most) * histogramHeight));
      return { x: step * stepWidth, y: round(histogramHeight - height), height };
    });
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
