// The last run of a schedule: the newest of its due times, or the job that was started last.
import type { Job } from '../jobs/job.ts';
import type { JobRepository } from '../jobs/repository.ts';
import type { ScheduleRepository } from '../schedule-store/schedule-repository.ts';
import type { Tick } from '../schedule-store/schedule.ts';
import type { ScheduleRuns } from './runs-repository.ts';

type Given = {
  schedules: Pick<ScheduleRepository, 'lastTick'>;
  runs: Pick<ScheduleRuns, 'lastJob' | 'lastOfAll'>;
  repository: Pick<JobRepository, 'find'>;
};

/** A due time, a job, or a due time with its job. */
export type LastRun = { tick: Tick | null; job: Job | null };

/** Both are null without a run. A job that was started by hand has no tick. */
export function findLastRun({ schedules, runs, repository }: Given, name: string): LastRun {
  return choose(repository, schedules.lastTick(name), runs.lastJob(name));
}

/** Of every schedule, by its name. */
export function findLastRuns({ runs, repository }: Pick<Given, 'runs' | 'repository'>): Map<string, LastRun> {
  const found = [...runs.lastOfAll()];
  return new Map(found.map(([name, { tick, job }]) => [name, choose(repository, tick, job)]));
}

function choose(repository: Given['repository'], tick: Tick | null, number: number | null): LastRun {
  const job = number === null ? null : repository.find(String(number));
  if (!tick || !job) return { tick, job };
  if (tick.job === job.number) return { tick, job };
  return tick.job === null && tick.decided_at > job.created_at ? { tick, job: null } : { tick: null, job };
}
