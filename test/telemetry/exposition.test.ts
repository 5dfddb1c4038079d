// The parser of the text format finds what breaks its rules.
import t from 'tap';
import { parseExposition } from '../support/exposition.ts';

const good = `# HELP jobs_total Jobs, with a back\\\\slash.
# TYPE jobs_total counter
jobs_total{operation="im\\"port",path="a\\\\b\\nc"} 3
jobs_total 4 1700000000000
# HELP took_seconds How long.
# TYPE took_seconds histogram
took_seconds_bucket{le="0.5"} 1
took_seconds_bucket{le="+Inf"} 2
took_seconds_sum 9.5e1
took_seconds_count 2
`;

t.test('names, escapes, values and histograms', async (t) => {
  const families = parseExposition(good);
  t.same(families.get('jobs_total')?.samples, [
    { name: 'jobs_total', labels: { operation: 'im"port', path: 'a\\b\nc' }, value: 3 },
    { name: 'jobs_total', labels: {}, value: 4 },
  ]);
  t.equal(families.get('jobs_total')?.help, 'Jobs, with a back\\slash.');
  t.equal(families.get('took_seconds')?.samples.length, 4);
});

const broken: [change: [from: string, to: string], message: RegExp][] = [
  [['took_seconds_count 2\n', 'took_seconds_count 2'], /no line feed/],
  [['# TYPE jobs_total counter\n', ''], /has no TYPE/],
  [['# HELP took_seconds How long.\n', ''], /has no HELP/],
  [['counter', 'count'], /no type/],
  [['jobs_total 4', '# TYPE jobs_total counter'], /a second TYPE/],
  [['took_seconds_sum 9.5e1\n', ''], /one _count and one _sum/],
  [['le="0.5"} 1', 'le="0.5"} 3'], /not cumulative/],
  [['le="+Inf"} 2', 'le="+Inf"} 3'], /\+Inf is not the count/],
  [['took_seconds_bucket{le="+Inf"} 2\n', ''], /no bucket \+Inf/],
  [['le="0.5"', 'le="+Inf"'], /comes twice/],
  [['path="a\\\\b', 'path="a\\b'], /no escape/],
  [['operation="im', 'operation="x",operation="im'], /comes twice/],
  [['{operation=', '{1operation='], /no label/],
  [['",path', '"path'], /no comma/],
  [['} 3', '} three'], /no value/],
  [['} 3', '} -3'], /below zero/],
  [['} 3', '} 3 x'], /more than a value/],
  [['jobs_total', 'jobs'], /jobs is a counter/],
];

for (const [[from, to], message] of broken)
  t.test(`${from.trim()} → ${to.trim() || 'nothing'} is found`, async (t) => {
    const text = good.replaceAll(from, to);
    t.not(text, good);
    t.throws(() => parseExposition(text), { message });
  });
