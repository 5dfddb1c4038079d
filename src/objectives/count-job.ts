// Whether an ended job counts, and whether it was good. A job that only pretends to work proves nothing.
import type { FailureCode, Job } from '../jobs/job.ts';

/** Failures of the work itself. Bad input, a shutdown and a cancel were caused by somebody else. */
const ownFailures: ReadonlySet<FailureCode> = new Set([
  'exited',
  'spawn_failed',
  'signalled',
  'timed_out',
  'bad_output',
  'lost',
]);

/** Null for a job that does not count. */
export function countJob({
  status,
  failure,
  mode,
}: Pick<Job, 'status' | 'failure' | 'mode'>): boolean | null {
  if (mode === 'noop') return null;
  if (status === 'succeeded') return true;
  return status === 'failed' && failure && ownFailures.has(failure.code) ? false : null;
}
