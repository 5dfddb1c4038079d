// Joins the hits by words with the hits by vectors.
import type { WordHit } from './word-index.ts';

export type FusedHit = {
  row: number;
  score: number;
  because: 'words' | 'meaning' | 'both';
  words: string[];
  isWeak: boolean;
};

/** Both lists have the best first; `isLexical`: the vectors compare letters only, and so add little to the words. */
export function fuse(
  words: WordHit[],
  meaning: { row: number; score: number }[],
  { isLexical, limit }: { isLexical: boolean; limit: number },
): FusedHit[] {
  const share = isLexical ? 0.2 : 0.5;
  const fused = new Map<number, FusedHit>();
  for (const { row, score, words: found } of words) {
    fused.set(row, { row, score: score * (1 - share), because: 'words', words: found, isWeak: score < 0.4 });
  }
  for (const { row, score } of meaning) {
    const added = share * Math.min(1, Math.max(0, score));
    const known = fused.get(row);
    if (known) Object.assign(known, { score: known.score + added, because: 'both' });
    else
      fused.set(row, { row, score: added, because: 'meaning', words: [], isWeak: isLexical || score < 0.4 });
  }
  return [...fused.values()]
    .sort((one, other) => other.score - one.score || one.row - other.row)
    .slice(0, limit);
}
