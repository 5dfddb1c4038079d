// Finds the due times that are owed a tick. After a long stop there may be very many.
import type { CronRule } from '../schedule-store/cron.ts';
import type { Schedule } from '../schedule-store/schedule.ts';
import type { ScheduleRepository } from '../schedule-store/schedule-repository.ts';

/** `times`: each gets a tick of its own, the oldest first. `earlier`: those before them share one. */
export type Owed = { times: Date[]; earlier: { first: Date; last: Date } | null };

/** More than a day of a rule that runs every minute. */
const maxOwnTicks = 1500;
/** Reading more takes too long for one turn of the event loop. */
const atOnce = 20;
const newestTicks = 100;

/** Due times after it may be owed by `at`. A tick after `at` was decided by a clock that has been set back since. */
export function owedSince(
  schedules: Pick<ScheduleRepository, 'lastDueAt' | 'oweSince'>,
  { name, due_since }: Schedule,
  at: Date,
): Date {
  const now = at.toISOString();
  if (due_since > now) schedules.oweSince(name, now);
  const last = schedules.lastDueAt(name, now) ?? '';
  const since = due_since > now ? now : due_since;
  return new Date(last > since ? last : since);
}

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
    await new Promise(setImmediate);
  }
  return { times, earlier: times.length < maxOwnTicks ? null : findEarlier(rule, since, times[0] as Date) };
}

/** The same with fewer ticks, without a turn of the event loop. */
export function readNewest(rule: CronRule, since: Date, until: Date): Owed {
  const next = rule.next(since);
  if (!next || next > until) return { times: [], earlier: null };
  const times = rule.dueBetween(since, until, newestTicks);
  return { times, earlier: times.length < newestTicks ? null : findEarlier(rule, since, times[0] as Date) };
}

function findEarlier(rule: CronRule, since: Date, end: Date): Owed['earlier'] {
  const [last] = rule.dueBetween(since, before(end), 1);
  return last ? { first: rule.next(since) ?? last, last } : null;
}

function before(time: Date): Date {
  return new Date(time.getTime() - 1);
}
