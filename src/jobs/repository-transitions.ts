// Tells whether the end of a job begins trouble, repeats it, or ends it.
import type { Transition } from '../core/audit.ts';
import type { Db } from '../core/db/open.ts';
import type { Job } from './job.ts';

/** `IS`, so that runs without a schedule are compared with each other. */
const sql = `
  SELECT status FROM job
  WHERE operation = @operation AND schedule IS @schedule AND status IN ('succeeded', 'failed') AND number <> @number
  ORDER BY finished_at DESC, number DESC LIMIT 1
`;

export function createTransitions(ops: Db) {
  const lastEnd = ops.prepare(sql).pluck();

  return {
    /** Compares an ended job with the one that ended before it, of the same operation and schedule; cancelled jobs do not
     *  count. Null for a job that succeeds like the one before it, was cancelled, or has not ended. */
    transitionOf({ number, operation, schedule, status }: Job): Transition | null {
      if (status !== 'failed' && status !== 'succeeded') return null;
      const before = lastEnd.get({ number, operation, schedule }) ?? null;
      if (status === 'failed') return before === 'failed' ? 'again' : 'first';
      return before === 'failed' ? 'recovered' : null;
    },
  };
}
