// Questions about the jobs that schedules have started.
import { type Db, prepareAll } from '../core/db/open.ts';
import { type Job, type JobRow, parseJob } from '../jobs/job.ts';

export type ScheduleJobs = ReturnType<typeof createScheduleJobs>;

export function createScheduleJobs(ops: Db) {
  const statements = prepareAll(ops, {
    // The plus sign leaves the choice of jobs to the index of states: few jobs are active, many were scheduled.
    active: `
      SELECT * FROM job WHERE status IN ('running', 'queued', 'retrying') AND +schedule = ? ORDER BY number
    `,
    lastCreated: 'SELECT created_at FROM job WHERE schedule = ? ORDER BY number DESC LIMIT 1',
    newest: 'SELECT number FROM job WHERE schedule = ? ORDER BY number DESC LIMIT 1',
    lastJudged: `
      SELECT * FROM job WHERE schedule = ? AND status IN ('succeeded', 'failed') ORDER BY number DESC LIMIT 1
    `,
    hasLaterSuccess: `
      SELECT 1 FROM job INDEXED BY job_operation_status
      WHERE operation = @operation AND status = 'succeeded' AND number > @number AND args = @args LIMIT 1
    `,
  });
  const parse = (row: unknown) => (row ? parseJob(row as JobRow) : null);
  return {
    /** The jobs of the schedule that have not ended. */
    active: (schedule: string): Job[] =>
      statements.active.all(schedule).map((row) => parseJob(row as JobRow)),

    /** The time at which its newest job was requested, by its rule or by hand; null without one. */
    lastCreated: (schedule: string) =>
      (statements.lastCreated.pluck().get(schedule) as string | undefined) ?? null,

    /** The number of its newest job, in whatever state; 0 without one. */
    newestNumber: (schedule: string) => (statements.newest.pluck().get(schedule) as number | undefined) ?? 0,

    /** Its newest job that has succeeded or failed. */
    lastJudged: (schedule: string): Job | null => parse(statements.lastJudged.get(schedule)),

    /** Whether a later job has done the same work. */
    hasLaterSuccess: ({ operation, number, args }: Job): boolean =>
      statements.hasLaterSuccess.get({ operation, number, args: JSON.stringify(args) }) !== undefined,
  };
}
