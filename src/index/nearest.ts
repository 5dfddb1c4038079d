// The rows of an index whose vectors are nearest to one vector: exact, in small steps, for several filters at once.
import type { BestOf } from '../words/word-index.ts';
import type { LoadedIndex } from './loaded.ts';

/** Called between two steps of a few milliseconds, so that other work can run. */
export type Pause = () => Promise<unknown>;

export type Scored = Pick<LoadedIndex, 'score' | 'dimension'> & {
  meta: Pick<LoadedIndex['meta'], 'vectors' | 'min_meaning'>;
};

/** A step reads 16 MiB of vectors: 2 to 4 ms. */
const numbersPerStep = 4 * 1024 * 1024;

export const rowsPerStep = (dimension: number) => Math.max(2, Math.floor(numbersPerStep / dimension));

/** The best rows of the whole index for each filter, best first; equal ones by id. */
export async function pickBest(index: Scored, vector: Float32Array, filters: BestOf[], pause: Pause) {
  const { score, meta, dimension } = index;
  const count = meta.vectors.length;
  const step = rowsPerStep(dimension);
  const bests = filters.map((of) => createBest(meta.vectors, of));
  for (let first = 0; first < count; first += step) {
    if (first > 0) await pause();
    const scores = score(vector, first, Math.min(first + step, count));
    for (const { offer } of bests) offer(scores, first);
  }
  return bests.map(({ best }) => best);
}

export type ScoredRow = { row: number; score: number };

/** `best` holds up to `wanted` rows, the best first. */
export function createBest(
  vectors: { at(row: number): { entity_id: string } | undefined },
  { wanted, isWanted }: BestOf,
) {
  const best: ScoredRow[] = [];
  let minScore = Number.NEGATIVE_INFINITY;

  const isBefore = (one: ScoredRow, other: ScoredRow) => {
    if (one.score !== other.score) return one.score > other.score;
    return idOf(one) < idOf(other);
  };
  const idOf = ({ row }: ScoredRow) => vectors.at(row)?.entity_id ?? '';

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
        if (isWanted(scored.row)) insert(scored);
      }
    },
  };
}
