import t from 'tap';
import { fuse } from '../../src/index/word-fusion.ts';

const word = (row: number, score: number, coverage = 1) => ({
  row,
  score,
  coverage,
  lacksRare: false,
  words: ['x'],
});

t.test('vectors that compare letters only follow the words', (t) => {
  const hits = fuse(
    [word(1, 0.5), word(2, 0.1, 0.2)],
    [
      { row: 3, score: 0.9 },
      { row: 1, score: 0.3 },
      { row: 4, score: 0.1 },
    ],
    { isLexical: true, limit: 10 },
  );
  t.match(hits, [
    { row: 1, because: 'both', isWeak: false, words: ['x'] },
    { row: 2, because: 'words', isWeak: true },
    { row: 3, because: 'meaning', isWeak: true, words: [] },
  ]);
  t.equal(hits.length, 3, 'a vector far away is no hit');
  t.end();
});

t.test('a hit without the rare word of the query is weak unless its meaning is near', (t) => {
  const words = [{ ...word(1, 0.5), lacksRare: true }];
  const isWeak = (meaning: { row: number; score: number }[]) =>
    fuse(words, meaning, { isLexical: false, limit: 1 })[0]?.isWeak;
  t.equal(isWeak([]), true);
  t.equal(isWeak([{ row: 1, score: 0.9 }]), false);
  t.end();
});

t.test("a service's vectors count as much as words", (t) => {
  const words = [word(1, 0.6), word(2, 0.5), word(3, 0.4)];
  const meaning = [
    { row: 4, score: 0.8 },
    { row: 2, score: 0.7 },
    { row: 5, score: 0.2 },
  ];
  const hits = fuse(words, meaning, { isLexical: false, limit: 10 });
  t.same(
    hits.map(({ row, because, isWeak }) => [row, because, isWeak]),
    [
      [2, 'both', false],
      [1, 'words', false],
      [4, 'meaning', false],
      [3, 'words', false],
      [5, 'meaning', true],
    ],
  );
  const scores = hits.map(({ score }) => score);
  t.same(
    scores,
    scores.toSorted((a, b) => b - a),
  );
  t.match(fuse([word(9, 1)], meaning, { isLexical: false, limit: 1 }), [{ row: 9, score: 1 }]);
  t.end();
});
