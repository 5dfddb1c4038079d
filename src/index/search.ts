// Exact search in a loaded index, in small steps. Picks the best rows that the filters and the library allow.
import { shorten } from '../core/shorten.ts';
import type { EntryKey } from '../embedding/queue.ts';
import { toUnitVector } from '../embedding/vector.ts';
import type { Kind } from '../library/content.ts';
import type { LoadedIndex } from './loaded.ts';
import type { MetaVector } from './meta.ts';
import type { IndexRepository } from './repository.ts';
import type { SearchQuery } from './search-query.ts';
import { makeSnippet } from './snippet.ts';

/** An entry and its similarity, from 0 to 1. */
export type Similar = {
  entity_id: string;
  kind: Kind;
  category_code: string;
  title: string;
  score: number;
  snippet: string;
};

/** `because`: how it was found. `words`: those of the query that occur in it. `weak`: it hardly matches. */
export type Hit = Similar & { because: 'words' | 'meaning' | 'both'; words: string[]; weak: boolean };

type Searchable = Pick<LoadedIndex, 'score' | 'rows' | 'isOrphan' | 'dimension'> & {
  meta: Pick<LoadedIndex['meta'], 'vectors'>;
};

/** Called between two steps of a few milliseconds, so that other work can run. */
export type Pause = () => Promise<unknown>;

const defaultLimit = 10;
/** A step reads 16 MiB of vectors: 2 to 4 ms. */
const numbersPerStep = 4 * 1024 * 1024;
const orphanBatch = 1000;

export const rowsPerStep = (dimension: number) => Math.max(2, Math.floor(numbersPerStep / dimension));

/** The best hits first, equal ones by id. Entries that are no longer in the library are left out. */
export async function searchIndex(
  index: Searchable,
  library: IndexRepository,
  vector: Float32Array,
  { query, kind, category, limit = defaultLimit }: SearchQuery,
  pause: Pause,
): Promise<Similar[]> {
  const inCategory = category === undefined ? null : await rowsOfCategory(index, library, category, pause);
  const isWanted = (row: number) =>
    index.isOrphan[row] !== 1 &&
    (inCategory === null || inCategory[row] === 1) &&
    (kind === undefined || index.meta.vectors[row]?.kind === kind);
  const hits: Similar[] = [];
  let after: ScoredRow | null = null;
  for (let wanted = limit * 2; ; wanted = orphanBatch) {
    const rows: ScoredRow[] = await pickBest(index, vector, { wanted, isWanted, after }, pause);
    for (const row of rows) {
      const hit = toHit(index, library, row, query);
      if (hit) hits.push(hit);
      if (hits.length === limit) return hits;
    }
    if (rows.length < wanted) return hits;
    after = rows.at(-1) ?? null;
  }
}

/** The entries whose vectors are nearest to that of one entry, the nearest first, without the entry itself. Empty when it has
 *  no vector of the index's model. */
export async function findNeighbours(
  index: LoadedIndex,
  library: IndexRepository,
  { kind, id }: EntryKey,
  limit: number,
  pause: Pause,
): Promise<Similar[]> {
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

/** The best rows of the whole index, best first. */
export async function pickBest(index: Searchable, vector: Float32Array, of: BestOf, pause: Pause) {
  const { score, meta, dimension } = index;
  const count = meta.vectors.length;
  const step = rowsPerStep(dimension);
  const { best, offer } = createBest(meta.vectors, of);
  for (let first = 0; first < count; first += step) {
    if (first > 0) await pause();
    offer(score(vector, first, Math.min(first + step, count)), first);
  }
  return best;
}

function toHit({ meta }: Searchable, library: IndexRepository, { row, score }: ScoredRow, query: string) {
  const vector = meta.vectors[row];
  const entry = vector && library.findEntry(vector.kind, vector.entity_id);
  if (!entry) return null;
  const { category_code, title, body, note } = entry;
  const snippet = makeSnippet(`${body} ${note ?? ''}`, query);
  return {
    entity_id: vector.entity_id,
    kind: vector.kind,
    category_code,
    title: shorten(title),
    score,
    snippet,
  };
}

const idBatch = 5000;

/** 1 for each row whose entry is in the category now. The index itself holds no categories. */
async function rowsOfCategory(index: Searchable, library: IndexRepository, code: string, pause: Pause) {
  const { rows, meta } = index;
  const allowed = new Uint8Array(meta.vectors.length);
  for (const kind of ['experience', 'manual'] as const) {
    for (let after = ''; ; await pause()) {
      const ids = library.idsOfCategory(kind, code, after, idBatch);
      for (const id of ids) {
        const row = rows[kind].get(id);
        if (row !== undefined) allowed[row] = 1;
      }
      if (ids.length < idBatch) break;
      after = ids.at(-1) as string;
    }
  }
  return allowed;
}

type ScoredRow = { row: number; score: number };

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
