// The best rows of an index by words, by meaning, or by both, for each of several filters.
import { type Pause, pickBest, type Scored } from './nearest.ts';
import { minMeaningOf } from './min-meaning.ts';
import { type FusedHit, fuse } from '../words/word-fusion.ts';
import type { BestOf, WordHit } from '../words/word-index.ts';

/** How the rows are found; `isLexical`: the vectors compare letters, not meaning. */
export type Means =
  | { mode: 'words'; words: SearchWords }
  | { mode: 'meaning'; vector: Float32Array }
  | { mode: 'best'; words: SearchWords; vector: Float32Array; isLexical: boolean };

export type SearchWords = (of: BestOf) => WordHit[];

/** Returns the rows of each filter, the best first. */
export async function findCandidates(
  index: Scored,
  means: Means,
  filters: BestOf[],
  pause: Pause,
): Promise<FusedHit[][]> {
  const near = means.mode === 'words' ? [] : await pickBest(index, means.vector, filters, pause);
  const minMeaning = minMeaningOf(index.meta);
  const lists: FusedHit[][] = [];
  for (const [at, filter] of filters.entries()) {
    const meaning = near[at] ?? [];
    if (means.mode === 'meaning') {
      lists.push(
        keepOrder(fuse([], meaning, { isLexical: false, minMeaning, limit: filter.wanted }), meaning),
      );
      continue;
    }
    await pause();
    const words = means.words(filter);
    const isLexical = means.mode === 'best' && means.isLexical;
    const fused = fuse(words, meaning, { isLexical, minMeaning, limit: filter.wanted });
    lists.push(means.mode === 'best' ? fused : keepOrder(fused, words));
  }
  return lists;
}

/** One list alone keeps its order and its scores. */
function keepOrder(fused: FusedHit[], list: { row: number; score: number }[]): FusedHit[] {
  const byRow = new Map(fused.map((hit) => [hit.row, hit]));
  return list.flatMap(({ row, score }) => {
    const hit = byRow.get(row);
    return hit ? [{ ...hit, score: Math.min(1, Math.max(0, score)) }] : [];
  });
}
