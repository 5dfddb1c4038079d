import t from 'tap';
import { type Curve, curve, sparkline } from '../../src/web/sparkline.ts';

/** The points of each run of a path made of M, L and h0. */
function runsOf(path: string): [number, number][][] {
  t.match(path, /^(M[\d ]+(L[\d ]+|h0))+$/, 'whole numbers, nothing else');
  return path
    .split('M')
    .slice(1)
    .map((run) =>
      (run.match(/\d+ \d+/g) ?? []).map((pair) => pair.split(' ').map(Number) as [number, number]),
    );
}

t.test('sixteen points start at the left, end at the dot, and are scaled from zero', async (t) => {
  const values = Array.from({ length: 16 }, (_, step) => step * 10);
  const spark = sparkline(values, []) as Curve;
  const [points = []] = runsOf(spark.line);
  t.equal(points.length, 16);
  t.same(points[0], [0, 44]);
  t.same(points.at(-1), [138, 4]);
  t.same(spark.dot, { x: 138, y: 4 });
  const [, middle = 0] = points[8] ?? [];
  t.equal(middle, Math.round(44 - (80 / 150) * 40), 'in proportion');
  for (const [step, [x]] of points.entries()) t.equal(x, Math.round((step * 138) / 15));
  t.equal(spark.area, `M0 48L${points.map((point) => point.join(' ')).join(' ')}V48z`);
});

t.test('small changes of large values look small, and zero is at the bottom', async (t) => {
  const heights = (values: number[]) => runsOf(sparkline(values, [])?.line ?? '')[0]?.map(([, y]) => y);
  t.same(heights([10_000, 10_050, 10_001]), [4, 4, 4]);
  t.same(heights([0, 0, 0]), [44, 44, 44]);
  t.same(heights([0.2, 0.1]), [36, 40], 'values far below one stay low');
});

t.test('nothing is drawn across a gap, and a single value is a dot', async (t) => {
  const spark = sparkline([4, 4, null, null, 4, null, 4, 4, null], []) as Curve;
  const runs = runsOf(spark.line);
  t.same(
    runs.map((run) => run.map(([x]) => x)),
    [[0, 17], [69], [104, 121]],
  );
  t.match(spark.line, /M69 4h0/);
  t.equal(spark.area.match(/z/g)?.length, 3);
  t.equal(spark.dot, null, 'the last value is unknown');
});

t.test('there is no curve without history', async (t) => {
  t.equal(sparkline([null, null, 5], []), null);
  t.equal(sparkline([null, null], []), null);
  t.equal(curve([], { width: 10, height: 10, right: 0, starts: [] }), null);
});

t.test('a start of the server is a mark at its time, and a sentence', async (t) => {
  const at = new Date(2026, 0, 5, 13, 2).toISOString();
  const marked = (...starts: { step: number; isAfterLoss: boolean }[]) =>
    sparkline(
      [1, 2, 3, 4],
      starts.map((start) => ({ ...start, at })),
    ) as Curve;
  t.match(marked(), { marks: [], about: null });
  t.match(marked({ step: 1.5, isAfterLoss: false }), {
    marks: [{ x: 69, isAfterLoss: false }],
    about: 'The server started at 13:02.',
  });
  t.equal(
    marked({ step: 1, isAfterLoss: true }).about,
    'The server started at 13:02, after a run that was lost.',
  );
  t.equal(
    marked({ step: 0, isAfterLoss: true }, { step: 1, isAfterLoss: false }).about,
    'The server started 2 times, the last at 13:02, 1 after a run that was lost.',
  );
});
