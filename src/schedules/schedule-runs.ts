// The last run of a schedule: of its newest due time that was started, or by hand; and a newer due time that was not started.
import type { Job } from '../jobs/job.ts';
import type { JobRepository } from '../jobs/repository.ts';
import type { ScheduleRepository } from '../schedule-store/schedule-repository.ts';
import type { Tick } from '../schedule-store/schedule.ts';
import { scheduleRequester } from './actions.ts';
import type { ScheduleRuns } from './runs-repository.ts';

type Given = {
  schedules: Pick<ScheduleRepository, 'lastTick' | 'lastStarted'>;
  scheduleRuns: Pick<ScheduleRuns, 'lastJob'>;
  repository: Pick<JobRepository, 'find'>;
};

/** A due time, a job, or a due time with its job; both are null without a run. */
export type Run = { tick: Tick | null; job: Job | null };

/** `since`: the newest due time, if it was not started and is newer than the run. */
export type LastRun = { run: Run; since: Tick | null };

/** A job that was started by hand has no tick, and a tick whose job was removed from the history has no job. */
export function findLastRun({ schedules, scheduleRuns, repository }: Given, name: string): LastRun {
  const newest = schedules.lastTick(name);
  const isRun = newest?.outcome === 'started';
  const tick = isRun || !newest ? newest : schedules.lastStarted(name);
  const number = scheduleRuns.lastJob(name);
  const job = number === null ? null : repository.find(String(number));
  const isNewer = newest !== null && !isRun && newest.decided_at > (job?.created_at ?? '');
  return { run: newerOf(tick, job), since: isNewer ? newest : null };
}

function newerOf(tick: Tick | null, job: Job | null): Run {
  if (!tick || !job || tick.job === job.number) return { tick, job };
  return (tick.job ?? 0) > job.number ? { tick, job: null } : { tick: null, job };
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
