import type { SharedCard } from '../../web/card.ts';
import { findLastRuns } from '../schedule-runs.ts';
import type { SchedulesContext } from '../parts.ts';
import { viewSchedule } from './schedule-view.ts';

/** All schedules, each with its last run and its next time. */
export const schedulesCard = (ctx: SchedulesContext): SharedCard => ({
  name: 'schedules',
  host: 'schedules-card',
  path: '/ui/schedules/card',
  dirtyOn: ['schedules', 'job', 'operations'],
  load() {
    const lastRuns = findLastRuns({ ...ctx, runs: ctx.scheduleRuns });
    const all = ctx.schedules.all();
    return { schedules: all.map((schedule) => viewSchedule(ctx, schedule, lastRuns.get(schedule.name))) };
  },
});
