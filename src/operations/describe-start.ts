// Says what a queued job waits for.
import { formatMinute } from '../core/format.ts';
import type { Job } from '../jobs/job.ts';
import type { Jobs } from '../jobs/jobs.ts';
import { nameBlocker } from '../jobs/name-blocker.ts';

/** Others may wait for the same job, so its end need not be the start of this one. */
export function describeStart(jobs: Pick<Jobs, 'waitsFor' | 'waitsForRoom'>, job: Job): string {
  if (jobs.waitsForRoom(job)) return 'It waits until a running job ends: as many run as may run at once.';
  const ahead = jobs.waitsFor(job);
  if (ahead === null) return 'It starts now.';
  const end = ahead.window === null ? '' : `, which ends ${formatMinute(ahead.ends_at)}`;
  return `It waits for ${nameBlocker(ahead)}${end}.`;
}
