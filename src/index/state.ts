// How an index and the library stand to each other, entry by entry.
import type { Kind } from '../library/content.ts';
import type { LoadedIndex } from './loaded.ts';
import type { EntryState, IndexRepository } from './repository.ts';

/** fresh: the index holds the vector of the entry's newest embedding, and the entry is embedded. failed: its embedding
 *  failed. stale: the index holds an older vector of it. missing: the index holds none. */
export type Standing = 'fresh' | 'stale' | 'missing' | 'failed';

/** Why an entry is stale or missing. waits: for its embedding. other_model: its newest embedding is of a model that is
 *  not the index's. embedded_since: after the index was built. */
export type Reason = 'waits' | 'other_model' | 'embedded_since';

/** `entries = fresh + stale + missing + failed`; `orphans` are vectors whose entry is gone. */
export type Truth = Record<Standing, number> & { entries: number; orphans: number };

/** What of an index the truth is told from. */
export type Compared = {
  meta: Pick<LoadedIndex['meta'], 'model' | 'vectors'>;
  rows: LoadedIndex['rows'];
};

export const nothingCounted: Truth = { entries: 0, fresh: 0, stale: 0, missing: 0, failed: 0, orphans: 0 };

const pageSize = 500;

/** Counts in pages of a few milliseconds; `pause` lets other work in between. `isOrphan` of the index is filled anew. */
export async function countTruth(
  library: IndexRepository,
  index: (Compared & { isOrphan: Uint8Array }) | null,
  pause: () => Promise<unknown>,
): Promise<Truth> {
  const truth = { ...nothingCounted };
  const isOrphan = new Uint8Array(index?.meta.vectors.length ?? 0).fill(1);
  for await (const { kind, page } of statesOf(library, index, pause)) {
    for (const state of page) {
      const row = index?.rows[kind].get(state.id);
      if (row !== undefined) isOrphan[row] = 0;
      truth[standingOf(library, index, kind, state).standing]++;
    }
    truth.entries += page.length;
  }
  for (const isOne of isOrphan) truth.orphans += isOne;
  index?.isOrphan.set(isOrphan);
  return truth;
}

/** Where a walk over the entries goes on: after this one. */
export type Position = { kind: Kind; category_code: string; id: string };

type Walk = {
  kind?: Kind | undefined;
  category?: string | undefined;
  after?: Position | undefined;
};

/** The entries by kind, category and id, in pages. */
export async function* statesOf(
  library: IndexRepository,
  index: Compared | null,
  pause: () => Promise<unknown>,
  { kind: wantedKind, category, after }: Walk = {},
): AsyncGenerator<{ kind: Kind; page: EntryState[] }> {
  for (const kind of ['experience', 'manual'] as const) {
    if ((wantedKind && kind !== wantedKind) || (after && kind < after.kind)) continue;
    let last = after?.kind === kind ? after : { category_code: '', id: '' };
    for (let isWhole = true; isWhole; await pause()) {
      const page = library.statesAfter(kind, { model: index?.meta.model ?? '', category, ...last }, pageSize);
      yield { kind, page };
      isWhole = page.length === pageSize;
      last = page.at(-1) ?? last;
    }
  }
}

export function standingOf(
  library: IndexRepository,
  index: Compared | null,
  kind: Kind,
  { id, embedding_status, content_hash }: EntryState,
): { standing: Standing; reason: Reason | null } {
  if (embedding_status === 'failed') return { standing: 'failed', reason: null };
  const row = index?.rows[kind].get(id);
  const standing = row === undefined ? 'missing' : 'stale';
  if (embedding_status === 'pending') return { standing, reason: 'waits' };
  if (index && content_hash === null) return { standing, reason: 'other_model' };
  const isHeld = row !== undefined && index?.meta.vectors[row]?.content_hash === hashOf();
  return isHeld ? { standing: 'fresh', reason: null } : { standing, reason: 'embedded_since' };

  /** Other programs write no hash; as long as the status says so, their vector is of the text as it stands. */
  function hashOf() {
    return content_hash === '' ? library.hashOfEntry(kind, id) : content_hash;
  }
}
