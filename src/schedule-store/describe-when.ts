// The rule of a schedule in words.
import { AppError } from '../core/errors.ts';
import { describeCron } from './describe-cron.ts';
import { otherZone } from './moment.ts';
import type { Schedule } from './schedule.ts';

/** `Every 4 hours`; the rule itself if it cannot be read any more. */
export function describeWhen({ cron }: Pick<Schedule, 'cron'>): string {
  try {
    return describeCron(cron);
  } catch (error) {
    if (error instanceof AppError) return cron;
    throw error;
  }
}

/** `Every day at 04:00 in Asia/Magadan`: with the zone, unless it is that of this machine. */
export function describeWhenAndWhere(schedule: Pick<Schedule, 'cron' | 'zone'>): string {
  const other = otherZone(schedule.zone);
  return other ? `${describeWhen(schedule)} in ${other}` : describeWhen(schedule);
}
