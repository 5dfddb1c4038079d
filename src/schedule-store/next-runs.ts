// The next due times of the schedules that are on.
import { AppError } from '../core/errors.ts';
import type { Args } from '../core/operation.ts';
import { type CronRule, readCron } from './cron.ts';
import type { Schedule } from './schedule.ts';
import type { ScheduleRepository } from './schedule-repository.ts';

export type NextRun = { schedule: string; at: string };
export type NextRuns = ReturnType<typeof createNextRuns>;

export function createNextRuns({
  schedules,
  now,
}: {
  schedules: Pick<ScheduleRepository, 'all'>;
  now: () => Date;
}) {
  const after = ({ name, cron, zone, is_on }: Schedule): NextRun | null => {
    const at = is_on ? readStoredCron(cron, zone)?.next(now()) : null;
    return at ? { schedule: name, at: at.toISOString() } : null;
  };
  return {
    /** Null for a schedule that is off. */
    after,

    /** The soonest run of the operation with such arguments; null without a schedule that is on. */
    of(operation: string, matches: (args: Args) => boolean = () => true): NextRun | null {
      const runs = schedules
        .all()
        .filter((schedule) => schedule.operation === operation && matches(schedule.args))
        .map(after)
        .filter((run) => run !== null);
      return runs.reduce<NextRun | null>(
        (soonest, run) => (!soonest || run.at < soonest.at ? run : soonest),
        null,
      );
    },
  };
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
