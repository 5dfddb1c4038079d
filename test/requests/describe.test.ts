import t from 'tap';
import { describeFigures, describeMs, describeShare } from '../../src/requests/describe.ts';

t.test('durations and shares in words', async (t) => {
  t.same([0.04, 9.94, 9.96, 64, 999.4, 999.6, 231_000, null].map(describeMs), [
    '0.04 ms',
    '9.9 ms',
    '10 ms',
    '64 ms',
    '999 ms',
    '1.0 s',
    '3 min 51 s',
    '–',
  ]);
  t.same([0, 0.00001, 0.0007, 0.00096, 0.0174, 0.62, 0.999, 1, null].map(describeShare), [
    '0%',
    'under 0.01%',
    '0.07%',
    '0.1%',
    '1.7%',
    '62%',
    '99%',
    '100%',
    '–',
  ]);
});

t.test('the sentence leaves out a p95 of too few requests', async (t) => {
  const figures = { n: 8904, p50: 9, p95: 38, p99: 70, max: 900, share_5xx: 0.0007 };
  const end = 'answered with an error of the server.';
  t.equal(describeFigures(figures, '24 h'), `8,904 in 24 h; p95 38 ms; 0.07% ${end}`);
  t.equal(describeFigures({ ...figures, n: 3, p95: null, share_5xx: 0 }, '1 h'), `3 in 1 h; none ${end}`);
});
