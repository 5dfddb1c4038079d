// The entries nearest to one entry: an exact search by its vector.
import type { Kind } from '../library/content.ts';
import { toUnitVector } from '../embedding/vector.ts';
import type { LoadedIndex } from './loaded.ts';
import type { IndexRepository } from './repository.ts';
import { type Hit, type Pause, searchIndex } from './search.ts';

export type EntryKey = { kind: Kind; id: string };

/** The nearest first, without the entry itself. Empty when the entry has no vector of the index's model. */
export async function findNeighbours(
  index: LoadedIndex,
  library: IndexRepository,
  { kind, id }: EntryKey,
  limit: number,
  pause: Pause,
): Promise<Hit[]> {
  const vector = vectorOf(index, library, { kind, id });
  if (!vector) return [];
  const hits = await searchIndex(index, library, vector, { query: '', limit: limit + 1 }, pause);
  return hits.filter((hit) => hit.kind !== kind || hit.entity_id !== id).slice(0, limit);
}

/** The vector of its newest embedding, else the one in the index. */
function vectorOf(index: LoadedIndex, library: IndexRepository, { kind, id }: EntryKey) {
  const { meta, dimension, rows, vectors } = index;
  const newest = library.vectorOf(kind, id, meta.model);
  if (newest) return toUnitVector(newest, dimension);
  const row = rows[kind].get(id);
  if (row === undefined) return null;
  return toUnitVector(vectors.subarray(row * dimension * 4, (row + 1) * dimension * 4), dimension);
}
