// The best rows of many whose scores come chunk by chunk: by score, equal ones by the id of their entry.
import type { MetaVector } from './meta.ts';

export type Place = { row: number; score: number };

/** `after`: only rows that come later than this one in that order. `isWanted` is asked of few rows. */
export type BestOf = { wanted: number; isWanted: (row: number) => boolean; after?: Place | null };

/** `places` holds the best so far, the best first, never more than `wanted`. */
export function createBest(
  vectors: Pick<MetaVector, 'entity_id'>[],
  { wanted, isWanted, after = null }: BestOf,
) {
  const places: Place[] = [];
  let least = Number.NEGATIVE_INFINITY;

  const isBefore = (one: Place, other: Place) => {
    if (one.score !== other.score) return one.score > other.score;
    return idOf(one) < idOf(other);
  };
  const idOf = ({ row }: Place) => vectors[row]?.entity_id ?? '';

  const insert = (place: Place) => {
    let at = places.length;
    while (at > 0 && isBefore(place, places[at - 1] as Place)) at--;
    if (at === wanted) return;
    places.splice(at, 0, place);
    if (places.length > wanted) places.pop();
    if (places.length === wanted) least = places[wanted - 1]?.score ?? least;
  };

  return {
    places,

    /** `scores` are those of the rows from `first`. */
    offer(scores: Float32Array, first: number) {
      for (let i = 0; i < scores.length; i++) {
        const score = scores[i] as number;
        if (score < least) continue;
        const place = { row: first + i, score };
        if (after && !isBefore(after, place)) continue;
        if (isWanted(place.row)) insert(place);
      }
    },
  };
}
