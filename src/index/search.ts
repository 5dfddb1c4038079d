// Search in an index: the best rows that the filters and the library allow, as hits, and how many of the candidates are of each
// kind and category.
import { shorten } from '../core/shorten.ts';
import type { EntryKey } from '../embedding/queue.ts';
import { toUnitVector } from '../embedding/vector.ts';
import { forKinds, type Kind, kinds } from '../library/content.ts';
import { findCandidates, type Means } from './candidates.ts';
import type { LoadedIndex } from './loaded.ts';
import type { Pause, Scored } from './nearest.ts';
import type { IndexRepository } from './repository.ts';
import type { SearchQuery } from './search-query.ts';
import { makeSnippet } from './snippet.ts';
import type { FusedHit } from './word-fusion.ts';

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

/** How many of the best candidates are of each kind and category, the most first. */
export type Facets = {
  kinds: { kind: Kind; count: number }[];
  categories: { code: string; count: number }[];
};

export type Searchable = Scored & Pick<LoadedIndex, 'rows' | 'isOrphan'>;

type Filter = Pick<SearchQuery, 'kind' | 'category'>;

const defaultLimit = 10;
/** Equals the largest limit. */
const candidatesAtFirst = 200;

/** The best hits first. Entries that are no longer in the library are left out. */
export async function searchIndex(
  index: Searchable,
  library: IndexRepository,
  { query, means, limit = defaultLimit, ...filter }: Omit<SearchQuery, 'mode'> & { means: Means },
  pause: Pause,
): Promise<{ hits: Hit[]; facets: Facets }> {
  const filters = filtersOf(filter);
  const lists = [...new Set(Object.values(filters))];
  const isAllowed = await prepareFilter(index, library, filter.category, pause);
  const gone = new Set<number>();
  for (let wanted = candidatesAtFirst; ; wanted *= 5) {
    const wanting = lists.map((one) => ({
      wanted,
      isWanted: (row: number) => isAllowed(row, one) && !gone.has(row),
    }));
    const found = await findCandidates(index, means, wanting, pause);
    const known = new Map(lists.map((one, at) => [one, findEntries(index, library, found[at] ?? [], gone)]));
    const of = (one: Filter) => known.get(one) ?? [];
    // The places of entries that are gone since the last count are taken by others.
    if (of(filters.hits).length < limit && found[0]?.length === wanted) continue;
    const best = of(filters.hits).slice(0, limit);
    return {
      hits: best.flatMap((candidate) => toHit(library, candidate, query)),
      facets: toFacets(of(filters.kinds), of(filters.categories)),
    };
  }
}

/** The filter of the hits first. A facet is counted as if it were not filtered. */
function filtersOf(hits: Filter) {
  const { kind, category } = hits;
  return {
    hits,
    kinds: kind === undefined ? hits : { category },
    categories: category === undefined ? hits : { kind },
  };
}

async function prepareFilter(
  index: Searchable,
  library: IndexRepository,
  category: string | undefined,
  pause: Pause,
) {
  const inCategory = category === undefined ? null : await rowsOfCategory(index, library, category, pause);
  return (row: number, filter: Filter) =>
    index.isOrphan[row] !== 1 &&
    (filter.category === undefined || inCategory?.[row] === 1) &&
    (filter.kind === undefined || index.meta.vectors.at(row)?.kind === filter.kind);
}

type Candidate = FusedHit & { kind: Kind; id: string; category: string };

/** Without the rows whose entry is gone, which are added to `gone`. */
function findEntries({ meta }: Searchable, library: IndexRepository, found: FusedHit[], gone: Set<number>) {
  const keys = found.flatMap((hit) => {
    const vector = meta.vectors.at(hit.row);
    return vector ? [{ ...hit, kind: vector.kind, id: vector.entity_id }] : [];
  });
  const idsOf = (kind: Kind) => keys.filter((key) => key.kind === kind).map(({ id }) => id);
  const categories = forKinds((kind) => library.categoriesOf(kind, idsOf(kind)));
  return keys.flatMap((key): Candidate[] => {
    const category = categories[key.kind].get(key.id);
    if (category !== undefined) return [{ ...key, category }];
    gone.add(key.row);
    return [];
  });
}

function toFacets(kinds: Candidate[], categories: Candidate[]): Facets {
  return {
    kinds: tally(kinds, ({ kind }) => kind).map(([kind, count]) => ({ kind, count })),
    categories: tally(categories, ({ category }) => category).map(([code, count]) => ({ code, count })),
  };
}

function tally<Key extends string>(candidates: Candidate[], keyOf: (candidate: Candidate) => Key) {
  const counts = new Map<Key, number>();
  for (const candidate of candidates.slice(0, candidatesAtFirst)) {
    const key = keyOf(candidate);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].sort(([one, most], [other, more]) => more - most || (one < other ? -1 : 1));
}

function toHit(library: IndexRepository, { kind, id, ...hit }: Candidate, query: string): Hit[] {
  const entry = library.findEntry(kind, id);
  if (!entry) return [];
  const { category_code, title, body, note } = entry;
  const snippet = makeSnippet(`${body} ${note ?? ''}`, query);
  return [
    {
      entity_id: id,
      kind,
      category_code,
      title: shorten(title),
      score: hit.score,
      snippet,
      because: hit.because,
      words: hit.words,
      weak: hit.isWeak,
    },
  ];
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
  const nearest = { query: '', means: { mode: 'meaning', vector } as const, limit: limit + 1 };
  const { hits } = await searchIndex(index, library, nearest, pause);
  return hits
    .filter((hit) => hit.kind !== kind || hit.entity_id !== id)
    .slice(0, limit)
    .map(({ because: _because, words: _words, weak: _weak, ...similar }) => similar);
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

const idBatch = 5000;

/** 1 for each row whose entry is in the category now. The index itself holds no categories. */
async function rowsOfCategory(index: Searchable, library: IndexRepository, code: string, pause: Pause) {
  const { rows, meta } = index;
  const allowed = new Uint8Array(meta.vectors.length);
  for (const kind of kinds) {
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
