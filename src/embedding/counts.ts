// Counts of the library and of the embedding queue, read at most once per commit or own write to chl.db.
import { type Db, prepareDataVersion } from '../core/db/open.ts';
import { prepareOwnChanges, prepareQueueCounts } from './repository.ts';
import { countLibrary } from '../library/counts.ts';

export type LibraryCounts = ReturnType<typeof createLibraryCounts>;

export function createLibraryCounts(library: Db) {
  const dataVersion = prepareDataVersion(library);
  const ownChanges = prepareOwnChanges(library);
  const queueCounts = prepareQueueCounts(library);
  const count = () => ({ queue: queueCounts(), totals: countLibrary(library) });
  let countedAt: string | null = null;
  let counted: ReturnType<typeof count>;
  const fresh = () => {
    const version = `${dataVersion()} ${ownChanges()}`;
    if (version !== countedAt) counted = count();
    countedAt = version;
    return counted;
  };
  return { queue: () => fresh().queue, totals: () => fresh().totals };
}
