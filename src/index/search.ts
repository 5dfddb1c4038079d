// Exact search in a loaded index: scores every vector, then picks the best that the filters and the library allow.
import type { Kind } from '../embedding/content.ts';
import type { LoadedIndex } from './loaded.ts';
import type { MetaVector } from './meta.ts';
import type { IndexRepository } from './repository.ts';
import { makeSnippet } from './snippet.ts';

export type SearchQuery = {
  query: string;
  kind?: Kind | undefined;
  category?: string | undefined;
  limit?: number | undefined;
};

export type Hit = {
  entity_id: string;
  kind: Kind;
  category_code: string;
  title: string;
  score: number;
  snippet: string;
};

type Searchable = Pick<LoadedIndex, 'score' | 'rows'> & { meta: Pick<LoadedIndex['meta'], 'vectors'> };

const defaultLimit = 10;

/** The best hits first, equal ones by id. An entry that is no longer in the library is never among them. */
export function searchIndex(
  { meta, score, rows }: Searchable,
  library: IndexRepository,
  vector: Float32Array,
  { query, kind, category, limit = defaultLimit }: SearchQuery,
): Hit[] {
  const scores = score(vector);
  const inCategory = category === undefined ? null : rowsOfCategory(rows, library, category);
  const isWanted = (row: number) =>
    (inCategory === null || inCategory[row] === 1) && (!kind || meta.vectors[row]?.kind === kind);
  for (let wanted = limit * 2; ; wanted *= 4) {
    const best = pickBest(scores, meta.vectors, isWanted, wanted);
    const hits: Hit[] = [];
    for (const row of best) {
      const hit = toHit(library, meta.vectors[row] as MetaVector, scores[row] as number, query);
      if (hit) hits.push(hit);
      if (hits.length === limit) return hits;
    }
    if (best.length < wanted) return hits;
  }
}

/** The `wanted` best rows by score, then id. */
export function pickBest(
  scores: Float32Array,
  vectors: MetaVector[],
  isWanted: (row: number) => boolean,
  wanted: number,
): number[] {
  const best: number[] = [];
  let least = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < scores.length; row++) {
    const score = scores[row] as number;
    if (score < least || !isWanted(row)) continue;
    let place = best.length;
    while (place > 0 && isBetter(row, best[place - 1] as number)) place--;
    if (place === wanted) continue;
    best.splice(place, 0, row);
    if (best.length > wanted) best.pop();
    if (best.length === wanted) least = scores[best[wanted - 1] as number] as number;
  }
  return best;

  function isBetter(row: number, other: number): boolean {
    const difference = (scores[row] as number) - (scores[other] as number);
    if (difference !== 0) return difference > 0;
    return (vectors[row] as MetaVector).entity_id < (vectors[other] as MetaVector).entity_id;
  }
}

/** Null for an orphan: a vector whose entry is gone. */
function toHit(
  library: IndexRepository,
  { entity_id, kind }: MetaVector,
  score: number,
  query: string,
): Hit | null {
  const entry = library.findEntry(kind, entity_id);
  if (!entry) return null;
  const { category_code, title, body, note } = entry;
  return {
    entity_id,
    kind,
    category_code,
    title,
    score,
    snippet: makeSnippet(`${body} ${note ?? ''}`, query),
  };
}

/** 1 for each row whose entry is in the category now; the index itself does not know. */
function rowsOfCategory(rows: LoadedIndex['rows'], library: IndexRepository, category: string): Uint8Array {
  const allowed = new Uint8Array(rows.experience.size + rows.manual.size);
  for (const kind of ['experience', 'manual'] as const) {
    for (const id of library.idsOfCategory(kind, category)) {
      const row = rows[kind].get(id);
      if (row !== undefined) allowed[row] = 1;
    }
  }
  return allowed;
}
