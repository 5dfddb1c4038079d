// Decides whether a waiting job may still start: its operation, arguments and plan may have become invalid.
import { AppError } from '../core/errors.ts';
import type { Kernel } from '../core/kernel.ts';
import type { Operation, PlanState } from '../core/operation.ts';
import { type Claim, type Failure, failureOf, type Job } from '../jobs/job.ts';
import type { AssertPossible, ReadArguments } from '../core/read-arguments.ts';
import type { JobRepository } from '../jobs/repository.ts';
import { isScheduleClaim } from '../jobs/schedule-claims.ts';

type Given = Pick<Kernel, 'catalogue'> & {
  repository: Pick<JobRepository, 'claimsOf'>;
  readArguments: ReadArguments;
  assertPossible: AssertPossible;
  current: PlanState;
  /** Called when a plan was checked: the job can be judged now. */
  onChecked: () => void;
};

export function createAdmission(given: Given) {
  const { catalogue, repository, readArguments, assertPossible, current, onChecked } = given;
  /** Plan checks by job id: running, or their finding. */
  const plans = new Map<string, 'checking' | Failure | null>();

  return {
    obstacleOf,

    /** Null: the job may start; else why it may not, or that its plan is being checked. */
    judge(job: Job): Failure | 'checking' | null {
      const obstacle = obstacleOf(job);
      if (obstacle) return obstacle;
      const found = plans.get(job.id);
      if (found !== 'checking') plans.delete(job.id);
      if (found !== undefined) return found;
      const check = catalogue.find(job.operation)?.checkPlan?.(job.args, current);
      if (!check) return null;
      plans.set(job.id, 'checking');
      void finish(job.id, check);
      return 'checking';
    },
  };

  /** Checks the operation, its arguments and its locks; null when the job may start as it was accepted. */
  function obstacleOf(job: Job): Failure | null {
    const operation = catalogue.find(job.operation);
    if (!operation) return failureOf('spawn_failed', describeGone(job.operation));
    try {
      assertPossible(operation, readArguments(operation, job.args));
      return hasItsLocks(operation, job) ? null : failureOf('bad_input', changedLocks);
    } catch (error) {
      return toFailure(error);
    }
  }

  async function finish(id: string, check: Promise<void>) {
    plans.set(id, await check.then(() => null, toFailure));
    onChecked();
  }

  /** A job in back-off claims nothing, so only queued jobs are compared. */
  function hasItsLocks(operation: Operation, job: Job): boolean {
    if (job.status !== 'queued') return true;
    const format = (claims: Claim[]) => claims.map(({ name, mode }) => `${mode} ${name}`).sort();
    const claims = repository.claimsOf(job.id).filter((claim) => !isScheduleClaim(claim));
    return format(operation.locks(job.args)).join() === format(claims).join();
  }
}

const changedLocks =
  'The locks of this operation have changed since the job was accepted, so it was not started. Run it again.';

function describeGone(name: string): string {
  return `The operation ${name} no longer exists, so the job was not started. Add it to operations.yaml again, then retry.`;
}

/** Other errors are left to the script. */
function toFailure(error: unknown): Failure | null {
  if (!(error instanceof AppError)) return null;
  return failureOf('bad_input', `It was not started. ${error.message}`, error.details);
}
