import t from 'tap';
import { addTo, count, type Histogram, quantile } from '../../src/log-store/histogram.ts';

t.test('a quantile is within 2 % of the exact one', async (t) => {
  const histogram: Histogram = new Map();
  const durations = Array.from({ length: 10_000 }, (_, i) => 0.2 + ((i * 7919) % 10_000) ** 1.3 / 40);
  for (const ms of durations) count(histogram, ms);
  durations.sort((one, other) => one - other);
  for (const q of [0.001, 0.5, 0.95, 0.99, 1]) {
    const exact = durations[Math.ceil(q * durations.length) - 1] ?? 0;
    const told = quantile(histogram, q, durations.at(-1) ?? 0) ?? 0;
    t.ok(Math.abs(told / exact - 1) <= 0.02, `${q}: ${told}, exactly ${exact}`);
  }
});

t.test('histograms merge by adding, and no quantile exceeds the longest duration', async (t) => {
  const [one, other]: Histogram[] = [new Map(), new Map()];
  count(one as Histogram, 10);
  count(other as Histogram, 10);
  count(other as Histogram, 0);
  addTo(one as Histogram, other as Histogram);
  t.same([...(one as Histogram).values()], [2, 1]);
  t.equal(quantile(one as Histogram, 1, 10), 10);
  t.equal(quantile(one as Histogram, 0.1, 10), 0.005);
  t.equal(quantile(new Map(), 0.5, 0), null);
  const single: Histogram = new Map();
  count(single, 161);
  t.equal(quantile(single, 0.5, 161), 161, 'the highest rank is the longest duration itself');
});
