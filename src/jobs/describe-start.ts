// Says what a queued job waits for.
import type { Job } from './job.ts';
import type { Jobs } from './jobs.ts';
import { nameBlocker } from './name-blocker.ts';

/** Others may wait for the same job, so its end need not be the start of this one. */
export function describeStart(jobs: Pick<Jobs, 'waitsFor' | 'waitsForRoom'>, job: Job): string {
  if (jobs.waitsForRoom(job)) return 'It waits until a running job ends: as many run as may run at once.';
  const ahead = jobs.waitsFor(job);
  return ahead ? `It waits for ${nameBlocker(ahead)}.` : 'It starts now.';
}
