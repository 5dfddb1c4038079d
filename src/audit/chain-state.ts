// The last check of the audit chain, from its job.
import type { Job } from '../jobs/job.ts';
import type { JobContext } from '../jobs/parts.ts';

/** The operation that verifies the chain. */
export const chainCheck = 'audit-check';

/** Enough to find one that did real work and was not cancelled. */
const runsRead = 20;

export function readChainState({ repository, catalogue }: Pick<JobContext, 'repository' | 'catalogue'>) {
  const operation = catalogue.find(chainCheck);
  const runs = repository.lastRuns(chainCheck, runsRead);
  const last = runs.findLast(({ status, is_real }) => status !== 'cancelled' && is_real === 1);
  const job = last ? repository.find(String(last.number)) : null;
  const active = repository.active().find((one) => one.operation === chainCheck);
  return {
    /** Null before the first check. */
    last: job && {
      number: job.number,
      at: job.finished_at ?? job.created_at,
      seconds: last?.seconds ?? null,
      isWhole: job.status === 'succeeded',
      text: describe(job, operation?.outcome ?? null),
    },
    active: active?.number ?? null,
    /** The number of the newest one, in whatever state; 0 without one. */
    newest: Math.max(active?.number ?? 0, runs.at(-1)?.number ?? 0),
    canCheck: operation !== null,
  };
}

function describe({ status, result, failure }: Job, outcome: ((result: never) => string) | null): string {
  if (status !== 'succeeded') return failure?.message ?? 'The check has failed.';
  return (result && outcome?.(result as never)) || 'All rows are as they were written.';
}
