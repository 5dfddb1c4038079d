// Finds the due times that are owed a tick. After a long stop there may be very many.
import type { CronRule } from '../schedule-store/cron.ts';

/** `times`: each gets a tick of its own, the oldest first. `earlier`: those before them share one. */
export type Owed = { times: Date[]; earlier: { first: Date; last: Date } | null };

/** More than a day of a rule that runs every minute. */
const maxOwnTicks = 1500;
/** So many are read in a few milliseconds. */
const atOnce = 100;

/** The due times in (since, until]. */
export async function readOwed(rule: CronRule, since: Date, until: Date): Promise<Owed> {
  const times: Date[] = [];
  for (let end = until; times.length < maxOwnTicks; ) {
    const found = rule.dueBetween(since, end, Math.min(atOnce, maxOwnTicks - times.length));
    times.unshift(...found);
    const [first] = found;
    if (!first || found.length < atOnce) break;
    end = before(first);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { times, earlier: times.length < maxOwnTicks ? null : findEarlier(rule, since, times[0] as Date) };
}

function findEarlier(rule: CronRule, since: Date, end: Date): Owed['earlier'] {
  const [last] = rule.dueBetween(since, before(end), 1);
  return last ? { first: rule.next(since) ?? last, last } : null;
}

function before(time: Date): Date {
  return new Date(time.getTime() - 1);
}
