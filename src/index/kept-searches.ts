// Keeps the answers of searches as long as the index and the library stay, and the vectors of queries as long as the model
// stays, so that a repeated search needs neither the search thread nor the embedding service.
import type { Caches } from '../core/cache.ts';
import type { LiveIndex } from './live.ts';
import type { SearchAnswer } from './live-protocol.ts';
import type { SearchQuery } from './search-query.ts';

type Given = {
  caches: Caches;
  /** Grows with every change of the library. */
  libraryRevision: () => number;
};

/** A service may give other vectors under the same name after an update. */
const vectorMaxAgeMs = 3_600_000;
const hitBytes = 200;

export function keepSearches(liveIndex: LiveIndex, { caches, libraryRevision }: Given): LiveIndex {
  const answers = createAnswers(caches);
  const vectors = createVectors(caches);
  return { ...liveIndex, search };

  async function search(query: SearchQuery): Promise<SearchAnswer> {
    const startedAt = performance.now();
    const { generation, model, dimension } = await liveIndex.ready(query);
    const revision = readRevision();
    const { query: text, mode = 'best', kind, category, limit } = query;
    const key = JSON.stringify([text, mode, kind, category, limit, generation, revision]);
    const known = revision === null ? undefined : answers.get(key);
    if (known) return { ...known, took_ms: performance.now() - startedAt };
    const { answer, isWhole } = await ask(query, generation, `${model} ${dimension} ${text}`);
    const isCurrent = answer.generation === generation && readRevision() === revision;
    if (isWhole && isCurrent && revision !== null) answers.set(key, answer);
    return answer;
  }

  /** `isWhole`: the embedder answered if it was needed. */
  async function ask(query: SearchQuery, generation: string, key: string) {
    const kept = query.mode === 'words' ? undefined : vectors.get(key);
    const { vector, answer } = await liveIndex.searchWith(query, kept);
    const isWhole = vector !== null || query.mode === 'words';
    if (answer.generation === generation) {
      if (!kept && vector) vectors.set(key, vector);
      return { answer, isWhole };
    }
    // The index was switched meanwhile, perhaps to another model.
    return { answer: kept ? await liveIndex.search(query) : answer, isWhole };
  }

  /** Null while the library cannot be read: the search says why. */
  function readRevision(): number | null {
    try {
      return libraryRevision();
    } catch {
      return null;
    }
  }
}

function createAnswers(caches: Caches) {
  return caches.create<SearchAnswer>('search', {
    reads: 'viewer',
    about: 'The hits of each search, until the index or the library changes.',
    entries: 1000,
    bytes: 16 * 1024 * 1024,
    sizeOf: ({ hits }) =>
      hits.reduce((sum, { title, snippet }) => sum + title.length + snippet.length + hitBytes, 0),
    show: ({ hits }) => JSON.stringify(hits, null, 1),
  });
}

function createVectors(caches: Caches) {
  return caches.create<Float32Array>('query-vectors', {
    reads: 'viewer',
    about:
      'The vectors of the texts that were searched for, for an hour: each spares a call to the embedder.',
    entries: 2000,
    bytes: 16 * 1024 * 1024,
    ttlMs: vectorMaxAgeMs,
    sizeOf: ({ byteLength }) => byteLength,
    show: (vector) => `[${vector.join(', ')}]`,
  });
}
