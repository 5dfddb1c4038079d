// How an index and the library compare, entry by entry.
import { type Kind, kinds } from '../library/content.ts';
import type { LoadedIndex } from './loaded.ts';
import type { Pause } from './nearest.ts';
import type { EntryState, IndexRepository } from './repository.ts';

/** fresh: the entry is embedded, and the index holds the vector of its newest embedding. failed: its embedding failed. stale:
 *  the index holds an older vector of it. missing: the index holds none. */
export type SyncState = 'fresh' | 'stale' | 'missing' | 'failed';

/** Why an entry is stale or missing. waits: its embedding is pending. other_model: its newest embedding is of another model
 *  than the index. embedded_since: it was embedded after the index was built. */
export type SyncReason = 'waits' | 'other_model' | 'embedded_since';

/** `entries = fresh + stale + missing + failed`; `orphans` are vectors whose entry is gone. */
export type SyncCounts = Record<SyncState, number> & { entries: number; orphans: number };

/** The part of an index that is compared. */
export type ComparedIndex = {
  meta: Pick<LoadedIndex['meta'], 'model' | 'vectors'>;
  rows: LoadedIndex['rows'];
};

type CountedIndex = ComparedIndex & { isOrphan: Uint8Array };

export const emptyCounts: SyncCounts = { entries: 0, fresh: 0, stale: 0, missing: 0, failed: 0, orphans: 0 };

const pageSize = 500;

/** Counts in pages of a few milliseconds, with a pause after each. Sets `isOrphan` of the index anew. */
export async function countSyncStates(library: IndexRepository, index: CountedIndex | null, pause: Pause) {
  const counts = { ...emptyCounts };
  const isOrphan = new Uint8Array(index?.meta.vectors.length ?? 0).fill(1);
  for await (const { kind, page } of entryPages(library, index, pause)) {
    for (const entry of page) {
      const row = index?.rows[kind].get(entry.id);
      if (row !== undefined) isOrphan[row] = 0;
      counts[syncStateOf(library, index, kind, entry).standing]++;
    }
    counts.entries += page.length;
  }
  for (const isOne of isOrphan) counts.orphans += isOne;
  index?.isOrphan.set(isOrphan);
  return counts;
}

const samples = 200;

/** Whether one of some vectors, spread evenly over the index, is an orphan. */
export function hasOrphans({ meta: { vectors } }: ComparedIndex, library: Pick<IndexRepository, 'hasEntry'>) {
  const step = Math.max(1, Math.floor(vectors.length / samples));
  for (let row = 0; row < vectors.length; row += step) {
    const vector = vectors.at(row);
    if (vector && !library.hasEntry(vector.kind, vector.entity_id)) return true;
  }
  return false;
}

/** An entry's position in the order of a walk. */
export type EntryPosition = { kind: Kind; category_code: string; id: string };

type Walk = {
  kind?: Kind | undefined;
  category?: string | undefined;
  after?: EntryPosition | undefined;
};

/** The entries by kind, category and id, in pages. */
export async function* entryPages(
  library: IndexRepository,
  index: ComparedIndex | null,
  pause: Pause,
  { kind: wantedKind, category, after }: Walk = {},
): AsyncGenerator<{ kind: Kind; page: EntryState[] }> {
  for (const kind of kinds) {
    if ((wantedKind && kind !== wantedKind) || (after && kind < after.kind)) continue;
    let last = after?.kind === kind ? after : { category_code: '', id: '' };
    for (let isFull = true; isFull; await pause()) {
      const page = library.statesAfter(kind, { model: index?.meta.model ?? '', category, ...last }, pageSize);
      yield { kind, page };
      isFull = page.length === pageSize;
      last = page.at(-1) ?? last;
    }
  }
}

/** The keys are those of the API. */
export function syncStateOf(
  library: IndexRepository,
  index: ComparedIndex | null,
  kind: Kind,
  { id, embedding_status, content_hash }: EntryState,
): { standing: SyncState; reason: SyncReason | null } {
  if (embedding_status === 'failed') return { standing: 'failed', reason: null };
  const row = index?.rows[kind].get(id);
  const standing = row === undefined ? 'missing' : 'stale';
  if (embedding_status === 'pending') return { standing, reason: 'waits' };
  if (index && content_hash === null) return { standing, reason: 'other_model' };
  // Other programs write no hash; while the status says embedded, their vector is of the current text.
  const hash = () => (content_hash === '' ? library.hashOfEntry(kind, id) : content_hash);
  const isFresh = row !== undefined && index?.meta.vectors.at(row)?.content_hash === hash();
  return isFresh ? { standing: 'fresh', reason: null } : { standing, reason: 'embedded_since' };
}

/** A count that takes longer is followed by a pause. */
const quickMs = 250;

/** Counts again only after a commit (`dataVersion` changes), and at most a quarter of the time unless asked to be exact. */
export function createSyncCounter(library: IndexRepository, dataVersion: () => number, pause: Pause) {
  let counts: SyncCounts | null = null;
  let countedVersion = -1;
  let countAgainAt = 0;

  return async (index: CountedIndex | null, isExact: boolean): Promise<SyncCounts> => {
    const version = dataVersion();
    const startedAt = performance.now();
    const mayWait = !isExact && startedAt < countAgainAt;
    if (counts && (version === countedVersion || mayWait)) return counts;
    counts = await library.inSnapshot(() => countSyncStates(library, index, pause));
    countedVersion = version;
    const tookMs = performance.now() - startedAt;
    countAgainAt = tookMs < quickMs ? 0 : performance.now() + 3 * tookMs;
    return counts;
  };
}
