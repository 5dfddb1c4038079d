// Durations counted in logarithmic buckets, each 4 % wider than the one before: a quantile is within 2 % of the exact one, and
// histograms of different times and routes merge by adding.

/** Counts by bucket. Bucket `n` holds durations from `firstMs × growth^(n-1)` up to, but not including, `firstMs × growth^n`. */
export type Histogram = Map<number, number>;

/** Milliseconds; shorter ones are in bucket 0. */
const firstMs = 0.01;
const growth = 1.04;
const logGrowth = Math.log(growth);

function bucketOf(ms: number): number {
  return ms < firstMs ? 0 : 1 + Math.floor(Math.log(ms / firstMs) / logGrowth);
}

/** The geometric middle of a bucket in milliseconds. */
export function middleOf(bucket: number): number {
  return bucket === 0 ? firstMs / 2 : firstMs * growth ** (bucket - 0.5);
}

/** The share of the durations that are in lower buckets than this one, from 0 to 1. */
export function shareBelow(histogram: Histogram, ms: number): number {
  const own = bucketOf(ms);
  let [below, total] = [0, 0];
  for (const [bucket, n] of histogram) {
    total += n;
    if (bucket < own) below += n;
  }
  return total === 0 ? 0 : below / total;
}

export function count(histogram: Histogram, ms: number) {
  const bucket = bucketOf(ms);
  histogram.set(bucket, (histogram.get(bucket) ?? 0) + 1);
}

export function addTo(sum: Histogram, more: Iterable<[number, number]>) {
  for (const [bucket, n] of more) sum.set(bucket, (sum.get(bucket) ?? 0) + n);
}

/** The duration in milliseconds that the share `q` does not exceed, by nearest rank; null without any. `maxMs`: the longest,
 *  which no quantile exceeds. */
export function quantile(histogram: Histogram, q: number, maxMs: number): number | null {
  const buckets = [...histogram].sort(([one], [other]) => one - other);
  const total = buckets.reduce((sum, [, n]) => sum + n, 0);
  const rank = Math.max(1, Math.ceil(q * total));
  if (total > 0 && rank === total) return maxMs;
  let seen = 0;
  for (const [bucket, n] of buckets) {
    seen += n;
    if (seen >= rank) return Math.min(middleOf(bucket), maxMs);
  }
  return null;
}
