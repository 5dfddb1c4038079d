// Pages of the log, newest first. A search that no index answers looks at one piece of the lines after the other, between which the
// thread writes and answers others; after a while it ends and says where.
import { inSlices, type Slicing } from '../core/slices.ts';
import { indexOf, type Line, type LineFilter } from '../log-store/line.ts';
import type { LogStore } from '../log-store/log-store.ts';

/** A page begins below `before`, or ends above `after`; with neither it is the newest. */
export type LineRange = { before?: number | undefined; after?: number | undefined };

export type LinePage = {
  /** Newest first. */
  lines: Line[];
  hasNewer: boolean;
  hasOlder: boolean;
  /** The search took too long and ended at this line, before the page was full. */
  stopped: { id: number; at: Date | null } | null;
  /** The newest line of all, whether or not it matches; 0 without lines. */
  newestId: number;
};

export type LineSearch = ReturnType<typeof createLineSearch>;

export const linePace: Slicing = { sliceMs: 40, maxMs: 1500, first: 10_000, min: 1000 };

export function createLineSearch(store: Pick<LogStore, 'ask'>, pace: Slicing) {
  return {
    /** Throws `temporary` while there is no log. */
    async page(filter: LineFilter, limit: number, { before, after }: LineRange = {}): Promise<LinePage> {
      const isUp = after !== undefined;
      const all = await store.ask('lineRange', { since: filter.since });
      const range = { from: Math.max(all.from, (after ?? 0) + 1), to: Math.min(all.to, before ?? all.to) };
      const found: Line[] = [];
      const ofPage = needsScan(filter) ? pace : { ...pace, first: Number.MAX_SAFE_INTEGER };
      const stoppedAt = await inSlices({ ...range, isUp }, ofPage, async (from, to) => {
        const wanted = limit + 1 - found.length;
        found.push(...(await store.ask('linesOf', { filter, from, to, isUp, limit: wanted })));
        return found.length <= limit;
      });
      const lines = found.slice(0, limit);
      const hasMore = found.length > limit || stoppedAt !== null;
      const stopped = stoppedAt === null ? null : { id: stoppedAt, at: await timeOf(stoppedAt) };
      const page = { stopped, newestId: all.to - 1 };
      if (isUp) return { ...page, lines: lines.reverse(), hasNewer: hasMore, hasOlder: true };
      return { ...page, lines, hasNewer: before !== undefined, hasOlder: hasMore };
    },
  };

  async function timeOf(id: number): Promise<Date | null> {
    const at = await store.ask('lineTime', { id });
    return at === null ? null : new Date(at);
  }
}

/** Whether lines must be read to find out whether they match. */
function needsScan(filter: LineFilter): boolean {
  const { words, level, since } = filter;
  const index = indexOf(filter);
  // Lines of a request or of a job are few.
  if (index === 'request' || index === 'job') return false;
  return words !== undefined || since !== undefined || (level !== undefined && index === null);
}
