import type { OutlookFact } from '../core/hub-row.ts';
import { type NextRuns, soonestOf } from '../schedule-store/next-runs.ts';
import type { ScheduleRepository } from '../schedule-store/schedule-repository.ts';

type Sources = { schedules: Pick<ScheduleRepository, 'all'>; nextRuns: Pick<NextRuns, 'after'> };

/** The next due time; absent while no schedule is on. */
export const nextFact = ({ schedules, nextRuns }: Sources): OutlookFact => ({
  position: 40,
  icon: 'clock',
  href: '/schedules',
  dirtyOn: ['schedules'],
  load() {
    const next = soonestOf(schedules.all(), nextRuns.after);
    return next && { words: [`Next: ${next.schedule}`, { at: next.at }] };
  },
});
