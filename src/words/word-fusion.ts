// Joins the hits by words with the hits by vectors.
import type { WordHit } from './word-index.ts';

type MeaningHit = { row: number; score: number };

/** `score`: from 0 to 1, never rising down the list; 1: the query is the title. `isWeak`: too little of the query is in it, or no
 *  rare word of it. */
export type FusedHit = {
  row: number;
  score: number;
  because: 'words' | 'meaning' | 'both';
  words: string[];
  isWeak: boolean;
};

/** Nine in ten of 200 right answers cover more; the best hits of 9 of 13 queries about other subjects cover less. */
const minCoverage = 0.35;
/** Reciprocal ranks are those of 60 hits further down, as is usual: both lists count, and no first place decides alone. */
const rankOffset = 60;
/** Vectors that compare letters find misspelt words above this. */
const minLexical = 0.25;

/** Both lists have the best first. `isLexical`: the vectors compare letters. They then rank nothing, which finds most, and only
 *  follow the hits by words. Else both lists count alike. `minMeaning`: the similarity from which a hit is not weak. */
export function fuse(
  words: WordHit[],
  meaning: MeaningHit[],
  { isLexical, minMeaning, limit }: { isLexical: boolean; minMeaning: number; limit: number },
): FusedHit[] {
  const similar = isLexical ? meaning.filter(({ score }) => score >= minLexical) : meaning;
  const places = isLexical ? wordsFirst(words, similar) : byBothRanks(words, similar);
  const hitsOf = new Map(words.map((hit) => [hit.row, hit]));
  const meaningOf = new Map(similar.map(({ row, score }) => [row, Math.min(0.99, Math.max(0, score))]));
  let ceiling = 1;
  return places.slice(0, limit).map((row) => {
    const hit = hitsOf.get(row);
    const near = meaningOf.get(row);
    const score = Math.max(hit?.score ?? 0, isLexical ? (hit ? 0 : (near ?? 0) / 3) : (near ?? 0));
    ceiling = Math.min(ceiling, score);
    const isMeant = !isLexical && (near ?? 0) >= minMeaning;
    return {
      row,
      score: ceiling,
      because: hit ? (near === undefined ? 'words' : 'both') : 'meaning',
      words: hit?.words ?? [],
      isWeak: !isMeant && (!hit || hit.coverage < minCoverage || hit.lacksRare),
    };
  });
}

function wordsFirst(words: WordHit[], meaning: MeaningHit[]): number[] {
  return [...new Set([...words, ...meaning].map(({ row }) => row))];
}

/** An entry whose title is the query stays first. */
function byBothRanks(words: WordHit[], meaning: MeaningHit[]): number[] {
  const sums = new Map<number, number>();
  for (const list of [words, meaning]) {
    for (const [at, { row }] of list.entries()) {
      sums.set(row, (sums.get(row) ?? 0) + 1 / (rankOffset + at + 1));
    }
  }
  for (const { row, score } of words) if (score === 1) sums.set(row, 1 + (sums.get(row) ?? 0));
  return [...sums].sort(([row, sum], [other, otherSum]) => otherSum - sum || row - other).map(([row]) => row);
}
