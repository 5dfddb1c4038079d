import type { Schedule } from '../../schedule-store/schedule.ts';
import type { SchedulesContext } from '../parts.ts';
import { unknownSchedule } from '../actions.ts';

/** Throws `not_found`. */
export function findSchedule({ schedules }: Pick<SchedulesContext, 'schedules'>, name: string): Schedule {
  const schedule = schedules.find(name);
  if (schedule) return schedule;
  throw unknownSchedule(name);
}
