// How an index and the library stand to each other, counted entry by entry.
import type { LoadedIndex } from './loaded.ts';
import type { EntryState, IndexRepository } from './repository.ts';

/** `entries = fresh + stale + missing + failed`; `orphans` are vectors whose entry is gone.
 *  fresh: the index holds the vector of the entry's newest embedding, and the entry is embedded. failed: its embedding
 *  failed. stale: the index holds an older vector of it. missing: the index holds none. */
export type Truth = {
  entries: number;
  fresh: number;
  stale: number;
  missing: number;
  failed: number;
  orphans: number;
};

export const nothingCounted: Truth = { entries: 0, fresh: 0, stale: 0, missing: 0, failed: 0, orphans: 0 };

const pageSize = 1000;

/** Counts in pages of a few milliseconds; `pause` lets other work in between. */
export async function countTruth(
  library: IndexRepository,
  index: LoadedIndex | null,
  pause: () => Promise<void>,
): Promise<Truth> {
  const truth = { ...nothingCounted, orphans: index?.meta.count ?? 0 };
  for (const kind of ['experience', 'manual'] as const) {
    for (let after = ''; ; ) {
      const page = library.statesAfter(kind, after, pageSize);
      for (const entry of page) {
        const row = index?.rows[kind].get(entry.id);
        truth.entries++;
        truth[standing(entry, index, row)]++;
        if (row !== undefined) truth.orphans--;
      }
      if (page.length < pageSize) break;
      after = (page.at(-1) as EntryState).id;
      await pause();
    }
  }
  return truth;
}

function standing(
  { embedding_status, model_name, content_hash }: EntryState,
  index: LoadedIndex | null,
  row: number | undefined,
): 'fresh' | 'stale' | 'missing' | 'failed' {
  if (embedding_status === 'failed') return 'failed';
  if (!index || row === undefined) return 'missing';
  const isOfModel = embedding_status === 'embedded' && model_name === index.meta.model;
  return isOfModel && content_hash === index.meta.vectors[row]?.content_hash ? 'fresh' : 'stale';
}
