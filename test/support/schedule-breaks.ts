// Ways to break the schedules.
import type { Schedule } from '../../src/schedule-store/schedule.ts';
import type { TestApp } from './app.ts';
import type { Break } from './break.ts';
import { failure, insertJob, nothingElse } from './job-repository.ts';

const check = 'schedules';

export function breaksOfSchedules(app: TestApp): Break[] {
  const { repository, schedules } = app.parts;
  const add = (name: string, different: Partial<Schedule> = {}) => {
    schedules.put({ ...newYear, name, ...different });
    return () => schedules.remove(name);
  };
  return [
    {
      check,
      component: 'schedule:nightly',
      title: 'A due time of the schedule nightly was missed',
      apply() {
        const at = new Date().toISOString();
        const tick = {
          schedule: 'nightly',
          due_at: at,
          outcome: 'missed',
          why: null,
          code: null,
          job: null,
        } as const;
        schedules.addTick({ ...tick, decided_at: at });
        return add('nightly');
      },
    },
    {
      check,
      component: 'schedule:orphan',
      title: 'The schedule orphan cannot run',
      apply: () => add('orphan', { operation: 'vanished' }),
    },
    {
      check,
      component: 'schedule:lost',
      title: 'The schedule lost cannot run',
      apply: () => add('lost', { zone: 'Mars/Phobos' }),
    },
    {
      check,
      component: 'schedule:turned-away',
      title: 'The last run of the schedule turned-away was refused',
      apply() {
        const at = new Date().toISOString();
        const tick = { schedule: 'turned-away', due_at: at, outcome: 'refused', why: 'No sheet.' } as const;
        schedules.addTick({ ...tick, code: 'invalid_arguments', job: null, decided_at: at });
        return add('turned-away');
      },
    },
    {
      check,
      component: 'job:index',
      title: 'Rebuild index: the last scheduled run failed',
      apply() {
        const { id } = insertJob(repository, { operation: 'index', schedule: 'rebuild' });
        repository.refuse(id, failure, nothingElse);
        return add('rebuild');
      },
    },
  ];
}

const at = '2026-11-01T00:00:00.000Z';

/** Next due on 1 January. */
export const newYear: Omit<Schedule, 'name'> = {
  operation: 'index',
  args: {},
  reason: null,
  confirm: null,
  cron: '0 0 1 1 *',
  zone: 'UTC',
  is_on: true,
  missed: 'once',
  overlap: 'skip',
  due_since: at,
  created_by: 'ada',
  created_at: at,
  changed_by: 'ada',
  changed_at: at,
};
