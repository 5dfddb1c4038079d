// The due times of a rule ahead, thinned for drawing, and kept: finding the next time of a dense rule takes tenths of a
// millisecond, a hundred times over.
import type { Caches } from '../core/cache.ts';
import { readStoredCron } from '../schedule-store/next-runs.ts';

/** Denser due times are thinned, because their marks would overlap. */
const minGapMs = 600_000;
/** Up to so many due times are named one by one, and none of them is left out. */
export const maxNamed = 6;
const dateBytes = 48;

/** `from` and `until`: the span in which `times` are known. */
type Known = { from: number; until: number; times: Date[] };

export function createDueTimes(caches: Caches) {
  const known = caches.create<Known>('due-times', {
    reads: 'viewer',
    about: 'The due times of the next hours, for each rule of a schedule.',
    entries: 500,
    bytes: 8 * 1024 * 1024,
    sizeOf: ({ times }) => times.length * dateBytes,
    show: ({ times }) => times.map((at) => at.toISOString()).join('\n'),
  });
  return {
    /** The due times in (after, until]; of more than six, those that are ten minutes or more apart. None for a rule that
     *  cannot be read. */
    ahead({ cron, zone }: { cron: string; zone: string }, after: Date, until: Date): Date[] {
      const key = `${cron} ${zone}`;
      const last = known.get(key);
      const isUsable = last && after.getTime() >= last.from && after.getTime() <= last.until;
      const kept = isUsable ? last.times.filter((at) => at > after) : [];
      if (isUsable && last.until >= until.getTime()) return kept.filter((at) => at <= until);
      const isLong = kept.length > maxNamed;
      const found = findTimes({ cron, zone }, isLong ? (kept.at(-1) as Date) : after, until, isLong);
      const times = isLong ? [...kept, ...found] : found;
      known.set(key, { from: after.getTime(), until: until.getTime(), times });
      return times;
    },
  };
}

/** `isMore`: more than six due times up to `after` are known, and `after` is the last of them. */
function findTimes(given: { cron: string; zone: string }, after: Date, until: Date, isMore: boolean): Date[] {
  const rule = readStoredCron(given.cron, given.zone);
  if (!rule) return [];
  const first = isMore ? [] : rule.nextTimes(after, maxNamed + 1).filter((at) => at <= until);
  if (!isMore && first.length <= maxNamed) return first;
  const times: Date[] = [];
  let at = rule.next(isMore ? new Date(after.getTime() + minGapMs - 1) : after);
  while (at && at <= until) {
    times.push(at);
    at = rule.next(new Date(at.getTime() + minGapMs - 1));
  }
  return times;
}
