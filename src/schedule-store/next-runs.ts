// The next due times of the schedules that are on.
import { AppError } from '../core/errors.ts';
import type { Args } from '../core/operation.ts';
import { type CronRule, readCron } from './cron.ts';
import type { Schedule } from './schedule.ts';
import type { ScheduleRepository } from './schedule-repository.ts';

export type NextRun = { schedule: string; at: string };
export type NextRuns = ReturnType<typeof createNextRuns>;

/** A due time that was computed; it holds from `from` until it has come, as long as the rule is the same. */
type Known = { rule: string; from: Date; next: Date };

export function createNextRuns({
  schedules,
  now,
}: {
  schedules: Pick<ScheduleRepository, 'all'>;
  now: () => Date;
}) {
  const known = new Map<string, Known>();
  const after = ({ name, cron, zone, is_on }: Schedule): NextRun | null => {
    if (!is_on) return null;
    const at = now();
    const rule = `${cron} ${zone}`;
    let last = known.get(name);
    if (last?.rule !== rule || at < last.from || at >= last.next) {
      const next = readStoredCron(cron, zone)?.next(at);
      if (!next) return null;
      last = { rule, from: at, next };
      known.set(name, last);
    }
    return { schedule: name, at: last.next.toISOString() };
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

/** Null for a rule that this machine cannot read any more: it does not know the zone. */
export function readStoredCron(cron: string, zone: string): CronRule | null {
  try {
    return readCron(cron, zone);
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}
