// Finds the due times that are owed a tick. After a long stop there may be very many.
import type { CronRule } from '../schedule-store/cron.ts';

/** `times`: each gets a tick of its own, the oldest first. `earlier`: those before them share one. */
export type Owed = { times: Date[]; earlier: { first: Date; last: Date } | null };

/** More than a day of a rule that runs every minute. */
const maxOwnTicks = 1500;
/** Reading more takes too long for one turn of the event loop. */
const atOnce = 20;

/** The due times in (since, until]. */
export async function readOwed(rule: CronRule, since: Date, until: Date): Promise<Owed> {
  const times: Date[] = [];
  const next = rule.next(since);
  if (!next || next > until) return { times, earlier: null };
  const second = rule.next(next);
  if (!second || second > until) return { times: [next], earlier: null };
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
