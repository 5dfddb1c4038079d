// The due times of a schedule ahead, thinned for drawing.
import type { CronRule } from '../schedule-store/cron.ts';

/** Denser due times are thinned: nobody could tell their marks apart. */
const leastMs = 600_000;
/** Up to so many due times are named one by one, and none of them is left out. */
export const maxNamed = 6;

/** The due times in (after, until]; of more than six, those that are ten minutes or more apart. */
export function dueAhead(rule: CronRule, after: Date, until: Date): Date[] {
  const first = rule.nextTimes(after, maxNamed + 1).filter((at) => at <= until);
  if (first.length <= maxNamed) return first;
  const times: Date[] = [];
  for (let at = rule.next(after); at && at <= until; at = rule.next(new Date(at.getTime() + leastMs - 1)))
    times.push(at);
  return times;
}
