// The last run of a schedule: the newest of its due times, or the job that was started last.
import type { Job } from '../jobs/job.ts';
import type { JobRepository } from '../jobs/repository.ts';
import type { ScheduleRepository } from '../schedule-store/schedule-repository.ts';
import type { Tick } from '../schedule-store/schedule.ts';
import { scheduleRequester } from './actions.ts';
import type { ScheduleRuns } from './runs-repository.ts';

type Given = {
  schedules: Pick<ScheduleRepository, 'lastTick'>;
  scheduleRuns: Pick<ScheduleRuns, 'lastJob'>;
  repository: Pick<JobRepository, 'find'>;
};

/** A due time, a job, or a due time with its job. */
export type LastRun = { tick: Tick | null; job: Job | null };

/** Both are null without a run. A job that was started by hand has no tick, and a tick whose job was removed from the history
 *  has no job. */
export function findLastRun({ schedules, scheduleRuns, repository }: Given, name: string): LastRun {
  const tick = schedules.lastTick(name);
  const number = scheduleRuns.lastJob(name);
  const job = number === null ? null : repository.find(String(number));
  if (!tick || !job || tick.job === job.number) return { tick, job };
  const isTickNewer = tick.job === null ? tick.decided_at > job.created_at : tick.job > job.number;
  return isTickNewer ? { tick, job: null } : { tick: null, job };
}

/** Whether a person has started it. */
export function isByHand({ schedule, requested_by }: Pick<Job, 'schedule' | 'requested_by'>): boolean {
  return schedule !== null && requested_by !== scheduleRequester(schedule).actor;
}

/** Null unless the job of the tick is not in the history any more. */
export function describeRemovedJob(tick: Tick | null, job: Job | null): string | null {
  if (!tick || tick.job === null || job) return null;
  return `Its job, #${tick.job}, was removed from the history.`;
}
