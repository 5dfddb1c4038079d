// Returns jobs that wait for their next attempt to the lock queue when their back-off ends.
import type { Kernel } from '../core/kernel.ts';
import type { Failure, Job } from '../jobs/job.ts';
import type { JobRepository } from '../jobs/repository.ts';
import { scheduleClaims } from '../jobs/schedule-claims.ts';
import { retryMs } from './settle.ts';

type Given = Pick<Kernel, 'catalogue' | 'bus' | 'log' | 'now'> & {
  repository: JobRepository;
  obstacleOf: (job: Job) => Failure | null;
  refuse: (job: Job, failure: Failure) => void;
};

export function createBackOff({ catalogue, repository, bus, log, obstacleOf, refuse, now }: Given) {
  const timers = new Map<string, NodeJS.Timeout>();
  let isStarted = false;

  return {
    start() {
      isStarted = true;
      for (const job of repository.active()) if (job.status === 'retrying') schedule(job);
    },
    stop() {
      isStarted = false;
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
    },
    schedule,
  };

  /** Nothing is scheduled while the server stops: the next start does it. */
  function schedule(job: Job) {
    if (!isStarted) return;
    const dueMs = Math.max(0, Date.parse(job.next_attempt_at ?? '') - now().getTime());
    timers.set(job.id, setTimeout(requeue, dueMs, job));
  }

  function requeue(job: Job) {
    timers.delete(job.id);
    try {
      const obstacle = obstacleOf(job);
      if (obstacle) return refuse(job, obstacle);
      const locks = catalogue.find(job.operation)?.locks(job.args) ?? [];
      const claims = [...locks, ...scheduleClaims(job.schedule, job.is_made_up === 1)];
      const queued = repository.requeueDue(job.id, claims);
      if (queued) bus.emit('job', queued);
    } catch (error) {
      log.error({ err: error, job_id: job.id, number: job.number }, 'a retry could not be queued yet');
      timers.set(job.id, setTimeout(requeue, retryMs, job));
    }
  }
}
