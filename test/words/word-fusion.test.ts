import t from 'tap';
import { createMeaningSample, minMeaningOf } from '../../src/index/min-meaning.ts';
import { fuse } from '../../src/words/word-fusion.ts';

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
    { isLexical: true, minMeaning: 0.5, limit: 10 },
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
    fuse(words, meaning, { isLexical: false, minMeaning: 0.5, limit: 1 })[0]?.isWeak;
  t.equal(isWeak([]), true);
  t.equal(isWeak([{ row: 1, score: 0.9 }]), false);
  t.end();
});

t.test('the limit of near meanings follows the vectors of the index', (t) => {
  const limitOf = (count: number, similarity: number) => {
    const { keep, limit } = createMeaningSample();
    for (let at = 0; at < count; at++) {
      const vector = new Float32Array(901);
      vector[0] = similarity ** 0.5;
      vector[1 + (at % 900)] = (1 - similarity) ** 0.5;
      keep(vector);
    }
    return limit();
  };
  t.equal(limitOf(29, 0.3), null, 'too few');
  t.equal(limitOf(30, 0.3), 0.3);
  t.equal(limitOf(3000, 0.7), 0.7);
  t.equal(limitOf(900, 0), 0.05);
  t.equal(limitOf(900, 1), 0.95);
  t.same(
    [{ min_meaning: 0.7 }, {}, { min_meaning: '1' }, { min_meaning: 2 }].map(minMeaningOf),
    [0.7, 0.5, 0.5, 0.5],
  );
  const hit = { row: 1, score: 0.6 };
  for (const [minMeaning, isWeak] of [
    [0.7, true],
    [0.55, false],
  ] as const)
    t.match(fuse([], [hit], { isLexical: false, minMeaning, limit: 1 }), [{ isWeak }]);
  t.end();
});

t.test("a service's vectors count as much as words", (t) => {
  const words = [word(1, 0.6), word(2, 0.5), word(3, 0.4)];
  const meaning = [
    { row: 4, score: 0.8 },
    { row: 2, score: 0.7 },
    { row: 5, score: 0.2 },
  ];
  const hits = fuse(words, meaning, { isLexical: false, minMeaning: 0.5, limit: 10 });
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
  t.match(fuse([word(9, 1)], meaning, { isLexical: false, minMeaning: 0.5, limit: 1 }), [
    { row: 9, score: 1 },
  ]);
  t.end();
});
