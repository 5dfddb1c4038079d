// Pages of the audit log, and all of it for an export. Every question reads short pieces, between which the event loop runs;
// a search that no index answers ends after a while and says where.
import { inSlices, type Slicing } from '../core/slices.ts';
import type { AuditFilter } from './audit-filter.ts';
import type { AuditRepository } from './audit-repository.ts';
import type { AuditRow } from './audit-row.ts';

/** A page begins below `before`, or ends above `after`; with neither it is the newest. */
export type TrailRange = { before?: number | undefined; after?: number | undefined };

/** `searchedTo`: the search took too long and ended at this id, before the page was full; null: it did not. */
export type TrailPage = { rows: AuditRow[]; hasNewer: boolean; hasOlder: boolean; searchedTo: number | null };

export const trailPace: Slicing = { sliceMs: 5, maxMs: 1000, first: 2000, min: 500 };

/** Rows of an export that are read at once. */
const rowsAtOnce = 100;

export function createTrail(repository: AuditRepository, pace: Slicing) {
  return {
    async page(filter: AuditFilter, limit: number, range: TrailRange = {}): Promise<TrailPage> {
      const isUp = range.after !== undefined;
      const found: AuditRow[] = [];
      const ofPage = needsScan(filter) ? pace : { ...pace, first: Number.MAX_SAFE_INTEGER };
      const searchedTo = await inSlices({ ...bounds(filter, range), isUp }, ofPage, (from, to) => {
        const wanted = limit + 1 - found.length;
        found.push(...repository.piece(filter, { from, to, isUp, limit: wanted }));
        return found.length <= limit;
      });
      const rows = found.slice(0, limit);
      const hasMore = found.length > limit || searchedTo !== null;
      if (isUp) return { rows: rows.reverse(), hasNewer: hasMore, hasOlder: true, searchedTo };
      return { rows, hasNewer: range.before !== undefined, hasOlder: hasMore, searchedTo };
    },

    /** All matching rows that exist now, newest first, in batches; an empty batch is a piece without a match. */
    *batches(filter: AuditFilter): Generator<AuditRow[]> {
      const { from, to } = bounds(filter, {});
      let size = pace.first;
      for (let end = to; end > from; ) {
        const start = Math.max(from, end - size);
        const startedAt = performance.now();
        const rows = repository.piece(filter, { from: start, to: end, isUp: false, limit: rowsAtOnce });
        const took = performance.now() - startedAt;
        end = rows.length === rowsAtOnce ? (rows.at(-1)?.id ?? start) : start;
        if (took > pace.sliceMs) size = Math.max(pace.min, Math.floor(size / 2));
        else if (took < pace.sliceMs / 3) size *= 2;
        yield rows;
      }
    },
  };

  function bounds({ since, until }: AuditFilter, { before, after = 0 }: TrailRange) {
    const first = since === undefined ? 1 : repository.firstIdAt(since);
    const end = until === undefined ? repository.newestId() + 1 : repository.firstIdAt(until);
    return { from: Math.max(first, after + 1), to: Math.min(end, before ?? end) };
  }
}

/** Whether rows must be read to find out whether they match: no index has all parts of the filter. */
function needsScan({ target, events, outcome, actor, words }: AuditFilter): boolean {
  if (actor !== undefined || words !== undefined || outcome === 'ok') return true;
  return (
    (events?.length ?? 0) > 1 || [target, events, outcome].filter((part) => part !== undefined).length > 1
  );
}
