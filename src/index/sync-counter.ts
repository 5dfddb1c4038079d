// Counts how an index compares with the library, no more often than needed.
import type { IndexRepository } from './repository.ts';
import type { Pause } from './search.ts';
import { type CountedIndex, countSyncStates, type SyncCounts } from './sync-state.ts';

/** A count that takes longer is followed by a pause. */
const quickMs = 250;

/** Counts again only after a commit (`dataVersion` changes with each). Counting a very large library takes a quarter of the
 *  time at most. */
export function createSyncCounter(library: IndexRepository, dataVersion: () => number, pause: Pause) {
  let counts: SyncCounts | null = null;
  let countedVersion = -1;
  let countAgainAt = 0;

  return async (index: CountedIndex | null): Promise<SyncCounts> => {
    const version = dataVersion();
    const startedAt = performance.now();
    if (counts && (version === countedVersion || startedAt < countAgainAt)) return counts;
    counts = await library.inSnapshot(() => countSyncStates(library, index, pause));
    countedVersion = version;
    const tookMs = performance.now() - startedAt;
    countAgainAt = tookMs < quickMs ? 0 : performance.now() + 3 * tookMs;
    return counts;
  };
}
