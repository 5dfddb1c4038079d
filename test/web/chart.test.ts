import t from 'tap';
import { barChart, curveChart, proportions } from '../../src/web/chart.ts';

const words = { label: 'A picture.', steps: ['then', 'now'], format: String, starts: [] };

t.test('a scale begins at zero and ends at a round number', (t) => {
  const tops = [
    [1, '2'],
    [7, '8'],
    [1204, '2000'],
    [39_561, '40000'],
  ] as const;
  for (const [value, top] of tops) {
    const chart = curveChart([0, value], 'run', words);
    t.same(chart?.scale, [top, String(Number(top) / 2), '0']);
  }
  t.match(curveChart([0, 2], 'run', words)?.curve?.line, 'M0 96L360 0');
  t.equal(curveChart([1], 'run', words), null, 'one value is no curve');
  t.end();
});

t.test('the parts of a bar are stacked from the bottom, and a small one stays visible', (t) => {
  const part = (tone: string, value: number) => ({ tone, value });
  const chart = barChart(
    [
      { title: 'first', parts: [part('bad', 1), part('ok', 199)], href: '/jobs' },
      { title: 'none', parts: [part('bad', 0)] },
    ],
    words,
  );
  t.same(
    chart?.bars.map(({ title, href, x, width }) => [title, href, x, width]),
    [
      ['first', '/jobs', 0, 180],
      ['none', null, 180, 180],
    ],
  );
  const [bad, ok] = chart?.bars[0]?.parts ?? [];
  t.match(bad, { tone: 'bad', y: 94, height: 2 });
  t.equal((ok?.y ?? 0) + (ok?.height ?? 0), 94);
  t.same(chart?.bars[1]?.parts, []);
  t.equal(barChart([{ title: 'none', parts: [part('ok', 0)] }], words), null);
  const small = [part('a', 1), part('b', 1), part('c', 1), part('d', 1)];
  const beside = barChart(
    [
      { title: 'small', parts: small },
      { title: 'big', parts: [part('ok', 9999)] },
    ],
    words,
  );
  const heights = (at: number) =>
    (beside?.bars[at]?.parts ?? []).reduce((sum, { height }) => sum + height, 0);
  t.equal(heights(0), 2, 'a small bar is no higher for its number of parts');
  t.end();
});

t.test('proportions cover the whole', (t) => {
  t.same(proportions([1, 3]), [
    { from: 0, share: 25 },
    { from: 25, share: 75 },
  ]);
  t.same(proportions([0, 0]), [
    { from: 0, share: 0 },
    { from: 0, share: 0 },
  ]);
  t.end();
});
