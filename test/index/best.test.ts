import t from 'tap';
import { type BestOf, createBest } from '../../src/index/nearest.ts';

/** The ids of the best rows when their scores arrive three at a time. */
function pick(ids: string[], scores: Float32Array, of: Partial<BestOf> & { wanted: number }) {
  const vectors = ids.map((entity_id) => ({ entity_id }));
  const { best, offer } = createBest(vectors, { isWanted: () => true, ...of });
  for (let first = 0; first < scores.length; first += 3) offer(scores.subarray(first, first + 3), first);
  return best.map(({ row }) => ids[row]);
}

const ids = ['d', 'a', 'c', 'b', 'e'];
const scores = Float32Array.of(1, 2, 1, 1, 3);

t.test('the best rows are ordered by score, then by id', (t) => {
  t.same(pick(ids, scores, { wanted: 5 }), ['e', 'a', 'b', 'c', 'd']);
  t.same(pick(ids, scores, { wanted: 3 }), ['e', 'a', 'b']);
  t.same(pick(ids, scores, { wanted: 9 }), ['e', 'a', 'b', 'c', 'd'], 'fewer than wanted');
  t.same(pick(ids, scores, { wanted: 2, isWanted: (row) => row !== 4 }), ['a', 'b']);
  t.end();
});

t.test('the best of many rows equal those of a full sort', (t) => {
  const many = Array.from({ length: 3000 }, (_, i) => `E${(i * 7919) % 3000}`);
  const each = Float32Array.from(many, (_, i) => ((i * 104_729) % 97) / 97);
  const sorted = [...many.keys()].sort(
    (a, b) =>
      (each[b] as number) - (each[a] as number) || ((many[a] as string) < (many[b] as string) ? -1 : 1),
  );
  t.same(
    pick(many, each, { wanted: 50 }),
    sorted.slice(0, 50).map((row) => many[row]),
  );
  t.end();
});
