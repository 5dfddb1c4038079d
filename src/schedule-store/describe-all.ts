// All schedules in one sentence, for the heading of a page.
import { machineZone } from './cron.ts';
import { plural } from '../core/format.ts';
import { type NextRuns, soonestOf } from './next-runs.ts';
import type { Schedule } from './schedule.ts';
import { clockIn, dayIn, momentIn } from './zone-time.ts';

/** `7 on, 1 off. Next: sync-published at 14:15.` In the zone of the machine. */
export function describeSchedules(
  schedules: Schedule[],
  nextRuns: Pick<NextRuns, 'after'>,
  now: Date,
): string {
  const on = schedules.filter(({ is_on }) => is_on);
  if (schedules.length === 0) return 'No schedule yet.';
  const counts = `${on.length} on, ${schedules.length - on.length} off.`;
  const next = soonestOf(on, nextRuns.after);
  return next ? `${counts} Next: ${next.schedule} at ${shortMoment(next.at, now)}.` : counts;
}

/** `6 schedules, next 02:00`; `No schedules`. */
export function describeBriefly(schedules: Schedule[], nextRuns: Pick<NextRuns, 'after'>, now: Date): string {
  if (schedules.length === 0) return 'No schedules';
  const next = soonestOf(schedules, nextRuns.after);
  const count = plural(schedules.length, 'schedule');
  return next ? `${count}, next ${shortMoment(next.at, now)}` : `${count}, all off`;
}

/** The clock alone for a time of today. */
export function shortMoment(at: string, now: Date): string {
  const zone = machineZone();
  const date = new Date(at);
  return dayIn(zone, date) === dayIn(zone, now) ? clockIn(zone, date) : momentIn(zone, date);
}
