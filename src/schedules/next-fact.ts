import type { OutlookFact } from '../core/hub-row.ts';
import { soonestOf } from '../schedule-store/next-runs.ts';
import type { SchedulesContext } from './parts.ts';

/** The next due time; absent while no schedule is on. */
export const nextFact = ({
  schedules,
  nextRuns,
}: Pick<SchedulesContext, 'schedules' | 'nextRuns'>): OutlookFact => ({
  position: 40,
  icon: 'clock',
  href: '/schedules',
  dirtyOn: ['schedules'],
  load() {
    const next = soonestOf(schedules.all(), nextRuns.after);
    return next && { words: [`Next: ${next.schedule}`, { at: next.at }] };
  },
});
