// The row of an operation: its active jobs or its last run, and whether it can run now.
import { defaultArguments } from '../../core/arguments.ts';
import type { Operation } from '../../core/operation.ts';
import type { Job } from '../../jobs/job.ts';
import { viewJob } from '../../jobs/job-view.ts';
import type { Blocker } from '../../jobs/lock-queue.ts';
import { leastRoleToOffer } from '../../jobs/refusals.ts';
import type { NextRun } from '../../schedule-store/next-runs.ts';
import type { OperationContext } from '../parts.ts';
import { describeBlock, waitableOf } from '../blocked-run.ts';
import { viewActiveJobs } from './active-jobs.ts';

export type OperationRow = ReturnType<typeof viewOperation>;

/** `jobs`: its active ones; `blocker`: the job that a run with default arguments would wait for; `next`: its soonest run by a
 *  schedule. */
export function viewOperation(
  ctx: OperationContext,
  operation: Operation,
  jobs: Job[],
  blocker: Blocker | null,
  next: NextRun | null,
) {
  const { repository, config, liveIndex, libraryState } = ctx;
  const defaults = defaultArguments(operation);
  const waits = waitableOf(blocker) !== null;
  const last = jobs.length === 0 ? repository.lastOf(operation.name) : null;
  return {
    name: operation.name,
    title: operation.title,
    group: operation.group ?? null,
    isUpkeep: operation.isUpkeep ?? false,
    verb: operation.verb,
    label: waits ? `Queue ${operation.verb.toLowerCase()}` : operation.verb,
    summary: operation.summary,
    icon: operation.icon,
    needsDialog: operation.danger(defaults) !== 'safe',
    /** The least role for a run with default arguments. */
    needs: leastRoleToOffer(operation, defaults, libraryState),
    active: jobs.length > 0 ? viewActiveJobs(ctx, jobs) : null,
    last: last && viewJob(ctx, last),
    lastNumber: last?.number ?? 0,
    unavailable: operation.unavailable?.(config, liveIndex.indexState()) ?? null,
    blocker,
    blockedBy: blocker && describeBlock(blocker),
    /** Whether a run would be queued behind the blocker. */
    waits,
    next,
  };
}
