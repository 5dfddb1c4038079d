// The next due times of the schedules that are on.
import { AppError } from '../core/errors.ts';
import { createCache } from '../core/cache.ts';
import type { Args } from '../core/operation.ts';
import { type CronRule, readCron } from './cron.ts';
import type { Schedule } from './schedule.ts';
import type { ScheduleRepository } from './schedule-repository.ts';

export type NextRun = { schedule: string; at: string };
export type NextRuns = ReturnType<typeof createNextRuns>;

export const cronRules = createCache<CronRule | null>('cron-rules', {
  reads: 'viewer',
  about: 'The rules of schedules, read.',
  entries: 1000,
  bytes: 8 * 1024 * 1024,
  sizeOf: () => ruleBytes,
  show: (rule) => (rule ? JSON.stringify(rule.nextTimes(new Date(), shownTimes)) : 'It cannot be read.'),
  now: () => new Date(),
});

/** About what a rule takes. */
const ruleBytes = 4096;
const shownTimes = 5;

export function createNextRuns({
  schedules,
  now,
}: {
  schedules: Pick<ScheduleRepository, 'all'>;
  now: () => Date;
}) {
  const after = (schedule: Schedule): NextRun | null => {
    const next = schedule.is_on ? readStoredCron(schedule.cron, schedule.zone)?.next(now()) : null;
    return next ? { schedule: schedule.name, at: next.toISOString() } : null;
  };
  return {
    /** Null for a schedule that is off. */
    after,

    /** The soonest run of the operation with such arguments; null without a schedule that is on. */
    of: (operation: string, matches: (args: Args) => boolean = () => true): NextRun | null =>
      soonestOf(
        schedules.all().filter((one) => one.operation === operation && matches(one.args)),
        after,
      ),

    /** The soonest run of each operation that has one, by its name. */
    byOperation(): Map<string, NextRun> {
      const soonest = new Map<string, NextRun>();
      for (const schedule of schedules.all()) {
        const run = after(schedule);
        const other = soonest.get(schedule.operation);
        if (run && (!other || run.at < other.at)) soonest.set(schedule.operation, run);
      }
      return soonest;
    },
  };
}

/** The soonest of the schedules' next runs; `after` gives that of one. */
export function soonestOf(
  schedules: readonly Schedule[],
  after: (schedule: Schedule) => NextRun | null,
): NextRun | null {
  let soonest: NextRun | null = null;
  for (const schedule of schedules) {
    const run = after(schedule);
    if (run && (!soonest || run.at < soonest.at)) soonest = run;
  }
  return soonest;
}

/** The rule of a schedule, read once; null for one that this machine cannot read any more, since it does not know the zone. */
export function readStoredCron(cron: string, zone: string): CronRule | null {
  const key = `${zone} ${cron}`;
  const known = cronRules.get(key);
  if (known !== undefined) return known;
  const rule = readOrNull(cron, zone);
  cronRules.set(key, rule);
  return rule;
}

function readOrNull(cron: string, zone: string): CronRule | null {
  try {
    return readCron(cron, zone);
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}
