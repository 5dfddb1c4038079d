// Exact search in a loaded index: scores every vector in small steps, so that others who share the thread never wait
// long, and picks the best that the filters and the library allow.
import type { Kind } from '../library/content.ts';
import { type BestOf, createBest, type Place } from './best.ts';
import type { LoadedIndex } from './loaded.ts';
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

type Searchable = Pick<LoadedIndex, 'score' | 'rows' | 'isOrphan' | 'dimension'> & {
  meta: Pick<LoadedIndex['meta'], 'vectors'>;
};

/** Lets other work in, between two steps of a few milliseconds. */
export type Pause = () => Promise<unknown>;

const defaultLimit = 10;
/** A step reads 16 MiB of vectors: 2 to 4 ms. */
const numbersAStep = 4 * 1024 * 1024;
const orphansAtOnce = 1000;

/** The best hits first, equal ones by id. An entry that is no longer in the library is never among them. */
export async function searchIndex(
  index: Searchable,
  library: IndexRepository,
  vector: Float32Array,
  { query, kind, category, limit = defaultLimit }: SearchQuery,
  pause: Pause,
): Promise<Hit[]> {
  const inCategory = category === undefined ? null : await rowsOfCategory(index, library, category, pause);
  const isWanted = (row: number) =>
    index.isOrphan[row] !== 1 &&
    (inCategory === null || inCategory[row] === 1) &&
    (kind === undefined || index.meta.vectors[row]?.kind === kind);
  const hits: Hit[] = [];
  let after: Place | null = null;
  for (let wanted = limit * 2; ; wanted = orphansAtOnce) {
    const places: Place[] = await pickBest(index, vector, { wanted, isWanted, after }, pause);
    for (const place of places) {
      const hit = toHit(index, library, place, query);
      if (hit) hits.push(hit);
      if (hits.length === limit) return hits;
    }
    if (places.length < wanted) return hits;
    after = places.at(-1) ?? null;
  }
}

/** The best rows of the whole index, best first. */
export async function pickBest(
  { score, meta, dimension }: Searchable,
  vector: Float32Array,
  of: BestOf,
  pause: Pause,
): Promise<Place[]> {
  const count = meta.vectors.length;
  const step = Math.max(2, Math.floor(numbersAStep / dimension));
  const best = createBest(meta.vectors, of);
  for (let first = 0; first < count; first += step) {
    if (first > 0) await pause();
    best.offer(score(vector, first, Math.min(first + step, count)), first);
  }
  return best.places;
}

/** Null for an orphan: a vector whose entry is gone. */
function toHit(
  { meta }: Searchable,
  library: IndexRepository,
  { row, score }: Place,
  query: string,
): Hit | null {
  const vector = meta.vectors[row];
  const entry = vector && library.findEntry(vector.kind, vector.entity_id);
  if (!entry) return null;
  const { category_code, title, body, note } = entry;
  const snippet = makeSnippet(`${body} ${note ?? ''}`, query);
  return { entity_id: vector.entity_id, kind: vector.kind, category_code, title, score, snippet };
}

const idsAtOnce = 5000;

/** 1 for each row whose entry is in the category now; the index itself does not know. */
async function rowsOfCategory(
  { rows, meta }: Searchable,
  library: IndexRepository,
  code: string,
  pause: Pause,
) {
  const allowed = new Uint8Array(meta.vectors.length);
  for (const kind of ['experience', 'manual'] as const) {
    for (let after = ''; ; await pause()) {
      const ids = library.idsOfCategory(kind, code, after, idsAtOnce);
      for (const id of ids) {
        const row = rows[kind].get(id);
        if (row !== undefined) allowed[row] = 1;
      }
      if (ids.length < idsAtOnce) break;
      after = ids.at(-1) as string;
    }
  }
  return allowed;
}
