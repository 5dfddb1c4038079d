// Search in an index: the best rows that the filters and the library allow, as hits, and how many of the candidates are of each
// kind and category.
import { shorten } from '../core/shorten.ts';
import type { EntryKey } from '../embedding/queue.ts';
import { toUnitVector } from '../embedding/vector.ts';
import { forKinds, type Kind } from '../library/content.ts';
import { findCandidates, type Means } from './candidates.ts';
import { type CategoryRows, createCategoryRows } from './category-rows.ts';
import type { LoadedIndex } from './loaded.ts';
import type { MetaVector } from './meta.ts';
import type { Pause, Scored } from './nearest.ts';
import type { BestOf } from '../words/word-index.ts';
import type { IndexRepository } from './repository.ts';
import type { SearchQuery } from './search-query.ts';
import { makeSnippet } from '../words/snippet.ts';
import type { FusedHit } from '../words/word-fusion.ts';

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

/** How many of the best candidates are of each kind and category, the most first. Weak ones count only where all are weak. */
export type Facets = {
  kinds: { kind: Kind; count: number }[];
  categories: { code: string; count: number }[];
};

export type Searchable = Scored & Pick<LoadedIndex, 'rows' | 'isOrphan'>;

type Filter = Pick<SearchQuery, 'kind' | 'category'>;

const defaultLimit = 10;
/** Equals the largest limit. */
const candidatesAtFirst = 200;

/** The returned function gives the best hits first. Entries that are no longer in the library are left out. */
export function createIndexSearch(index: Searchable, library: IndexRepository, pause: Pause) {
  const rowsOfCategory = createCategoryRows(index, library, pause);

  return async ({
    query,
    means,
    limit = defaultLimit,
    ...filter
  }: Omit<SearchQuery, 'mode'> & { means: Means }): Promise<{ hits: Hit[]; facets: Facets }> => {
    const filters = filtersOf(filter);
    const lists = [...new Set(Object.values(filters))];
    const category = filter.category === undefined ? null : await rowsOfCategory(filter.category);
    const gone = new Set<number>();
    for (let wanted = candidatesAtFirst; ; wanted *= 5) {
      const wanting = lists.map((one) => toBest(index, one, { wanted, category, gone }));
      const found = await findCandidates(index, means, wanting, pause);
      const known = findEntries(index, library, found, gone);
      const of = (one: Filter) => known[lists.indexOf(one)] ?? [];
      // The places of entries that are gone since the last count are taken by others.
      if (of(filters.hits).length < limit && found[0]?.length === wanted) continue;
      const best = of(filters.hits).slice(0, limit);
      return {
        hits: best.flatMap((candidate) => toHit(library, candidate, query)),
        facets: toFacets(of(filters.kinds), of(filters.categories)),
      };
    }
  };
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

type Wanting = { wanted: number; category: CategoryRows | null; gone: ReadonlySet<number> };

function toBest({ isOrphan, meta }: Searchable, filter: Filter, { wanted, category, gone }: Wanting): BestOf {
  const isIn = filter.category === undefined ? null : (category?.isIn ?? null);
  const { kind } = filter;
  return {
    wanted,
    isWanted: (row) =>
      isOrphan[row] !== 1 &&
      (isIn === null || isIn[row] === 1) &&
      (kind === undefined || meta.vectors.at(row)?.kind === kind) &&
      !gone.has(row),
    ...(isIn !== null && category?.rows && { rows: category.rows }),
  };
}

type Candidate = FusedHit & { kind: Kind; id: string; category: string };

/** Each list without the rows whose entry is gone, which are added to `gone`. */
function findEntries(
  { meta }: Searchable,
  library: IndexRepository,
  lists: FusedHit[][],
  gone: Set<number>,
): Candidate[][] {
  const vectors = [...new Set(lists.flat().map(({ row }) => row))].flatMap(
    (row) => meta.vectors.at(row) ?? [],
  );
  const categories = forKinds((kind) => {
    const ids = vectors.filter((vector) => vector.kind === kind).map(({ entity_id }) => entity_id);
    return library.categoriesOf(kind, ids);
  });
  const toCandidate = (hit: FusedHit): Candidate[] => {
    const { kind, entity_id: id } = meta.vectors.at(hit.row) as MetaVector;
    const category = categories[kind].get(id);
    if (category !== undefined) return [{ ...hit, kind, id, category }];
    gone.add(hit.row);
    return [];
  };
  return lists.map((list) => list.flatMap(toCandidate));
}

function toFacets(kinds: Candidate[], categories: Candidate[]): Facets {
  return {
    kinds: tally(kinds, ({ kind }) => kind).map(([kind, count]) => ({ kind, count })),
    categories: tally(categories, ({ category }) => category).map(([code, count]) => ({ code, count })),
  };
}

function tally<Key extends string>(candidates: Candidate[], keyOf: (candidate: Candidate) => Key) {
  const counts = new Map<Key, number>();
  const strong = candidates.filter(({ isWeak }) => !isWeak);
  for (const candidate of (strong.length > 0 ? strong : candidates).slice(0, candidatesAtFirst)) {
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
  const { hits } = await createIndexSearch(index, library, pause)(nearest);
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
