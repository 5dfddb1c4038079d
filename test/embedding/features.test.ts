import t from 'tap';
import { createFeatureCounts } from '../../src/embedding/features.ts';

const drained = (features: ReturnType<typeof createFeatureCounts>) => {
  const rows: [number, number, number][] = [];
  features.drain((hash, weight, count) => rows.push([hash, weight, count]));
  return rows;
};

t.test('each feature is drained once, with its weight and its count', (t) => {
  const features = createFeatureCounts();
  features.add(7, 0.5, 1);
  features.add(-9, 1, 3);
  features.add(7, 0.5, 2);
  t.same(drained(features), [
    [7, 0.5, 3],
    [-9, 1, 3],
  ]);
  t.end();
});

t.test('features whose slots collide are kept apart', (t) => {
  const features = createFeatureCounts();
  for (const hash of [1, 1 + 4096, 1 + 8192]) features.add(hash, 1, 1);
  features.add(1 + 4096, 1, 1);
  t.same(
    drained(features).map(([, , count]) => count),
    [1, 2, 1],
  );
  t.end();
});

t.test('draining empties the table', (t) => {
  const features = createFeatureCounts();
  features.add(1, 1, 1);
  t.notOk(features.isEmpty());
  drained(features);
  t.ok(features.isEmpty());
  features.add(1, 1, 1);
  t.same(drained(features), [[1, 1, 1]]);
  t.end();
});

t.test('the table grows without losing a count', (t) => {
  const features = createFeatureCounts();
  for (let round = 0; round < 2; round++) {
    for (let hash = 0; hash < 20_000; hash++) features.add(Math.imul(hash, 0x9e3779b1), 1, 1);
  }
  const rows = drained(features);
  t.equal(rows.length, 20_000);
  t.ok(rows.every(([, , count]) => count === 2));
  t.end();
});
