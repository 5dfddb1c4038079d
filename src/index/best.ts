// Picks the best rows from scores that arrive in chunks: by score, then by the id of the entry.
import type { MetaVector } from './meta.ts';

export type ScoredRow = { row: number; score: number };

/** `after`: only rows later than this one in that order. `isWanted` is called only for rows that would be kept. */
export type BestOf = { wanted: number; isWanted: (row: number) => boolean; after?: ScoredRow | null };

/** `best` holds up to `wanted` rows, the best first. */
export function createBest(
  vectors: Pick<MetaVector, 'entity_id'>[],
  { wanted, isWanted, after = null }: BestOf,
) {
  const best: ScoredRow[] = [];
  let minScore = Number.NEGATIVE_INFINITY;

  const isBefore = (one: ScoredRow, other: ScoredRow) => {
    if (one.score !== other.score) return one.score > other.score;
    return idOf(one) < idOf(other);
  };
  const idOf = ({ row }: ScoredRow) => vectors[row]?.entity_id ?? '';

  const insert = (scored: ScoredRow) => {
    let at = best.length;
    while (at > 0 && isBefore(scored, best[at - 1] as ScoredRow)) at--;
    if (at === wanted) return;
    best.splice(at, 0, scored);
    if (best.length > wanted) best.pop();
    if (best.length === wanted) minScore = best[wanted - 1]?.score ?? minScore;
  };

  return {
    best,

    /** `scores` are of the rows from `first` on. */
    offer(scores: Float32Array, first: number) {
      for (let i = 0; i < scores.length; i++) {
        const score = scores[i] as number;
        if (score < minScore) continue;
        const scored = { row: first + i, score };
        if (after && !isBefore(after, scored)) continue;
        if (isWanted(scored.row)) insert(scored);
      }
    },
  };
}
