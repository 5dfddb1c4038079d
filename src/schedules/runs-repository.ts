// The newest job of a schedule, and what makes the list of schedules look different.
import { type Db, prepareAll } from '../core/db/open.ts';

export type ScheduleRuns = ReturnType<typeof createScheduleRuns>;

export function createScheduleRuns(ops: Db) {
  const statements = prepareAll(ops, {
    lastJob: 'SELECT number FROM job WHERE schedule = ? ORDER BY number DESC LIMIT 1',
    newest: `SELECT name, (SELECT max(number) FROM job WHERE schedule = name) FROM schedule`,
    newestTick: 'SELECT max(rowid) FROM schedule_tick',
    // The plus sign leaves the choice of jobs to the index of states.
    active: `
      SELECT number, status FROM job WHERE status IN ('running', 'queued', 'retrying') AND +schedule IS NOT NULL
    `,
    kept: 'SELECT sum(jobs) FROM job_count',
    created: 'SELECT max(number) FROM job',
  });
  return {
    /** The number of its newest job, also of one that was started by hand; null without one. */
    lastJob: (schedule: string) => (statements.lastJob.pluck().get(schedule) as number | undefined) ?? null,

    /** Differs after each due time, after each change of a job of a schedule, and after the removal of any job. */
    state() {
      const [kept, created] = [statements.kept, statements.created].map((count) => count.pluck().get());
      return [
        statements.newestTick.pluck().get(),
        statements.newest.raw().all(),
        statements.active.raw().all(),
        Number(created) - Number(kept),
      ];
    },
  };
}
