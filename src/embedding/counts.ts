// Counts of the library and of the embedding queue, read at most once per commit to chl.db.
import { type Db, prepareDataVersion } from '../core/db/open.ts';
import type { QueueCounts } from './queue.ts';
import { prepareQueueCounts } from './repository.ts';
import { countLibrary, type LibraryTotals } from '../library/counts.ts';

export type LibraryCounts = ReturnType<typeof createLibraryCounts>;

export function createLibraryCounts(library: Db) {
  const dataVersion = prepareDataVersion(library);
  const queueCounts = prepareQueueCounts(library);
  let countedAt: number | null = null;
  let counted: { queue: QueueCounts; totals: LibraryTotals };
  const fresh = () => {
    const version = dataVersion();
    if (version !== countedAt) counted = { queue: queueCounts(), totals: countLibrary(library) };
    countedAt = version;
    return counted;
  };
  return { queue: () => fresh().queue, totals: () => fresh().totals };
}
