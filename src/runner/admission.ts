// Whether a job that has waited may still begin: its operation may be gone or mean something else by now, its arguments
// may be refused, the plan it was accepted with may be outdated. Then it fails in words, and no process is started.
import type { Config } from '../core/config.ts';
import { AppError } from '../core/errors.ts';
import type { Claim, Failure, FailureCode, Job } from '../jobs/job.ts';
import { checkArguments } from '../core/arguments.ts';
import type { Catalogue } from '../core/catalogue.ts';
import type { Operation } from '../core/operation.ts';

export function createAdmission(given: {
  config: Config;
  catalogue: Catalogue;
  claimsOf: (id: string) => Claim[];
  libraryRevision: () => number;
  /** Called when a plan was looked at: the job can be judged now. */
  onLooked: () => void;
}) {
  const { config, catalogue, claimsOf, libraryRevision, onLooked } = given;
  /** Plans of jobs by id: those that are being looked at, and what was found. */
  const plans = new Map<string, 'looking' | Failure | null>();

  return {
    obstacleOf,

    /** Null: it may begin; else why it may not, or that its plan is being looked at. */
    judge(job: Job): Failure | 'looking' | null {
      const obstacle = obstacleOf(job);
      if (obstacle) return obstacle;
      const found = plans.get(job.id);
      if (found !== 'looking') plans.delete(job.id);
      if (found !== undefined) return found;
      const check = catalogue.find(job.operation)?.checkPlan?.(job.args, { config, libraryRevision });
      if (!check) return null;
      plans.set(job.id, 'looking');
      void look(job.id, check);
      return 'looking';
    },
  };

  /** What can be told at once: null when all is as it was. */
  function obstacleOf(job: Job): Failure | null {
    const operation = catalogue.find(job.operation);
    if (!operation) return failure('spawn_failed', goneWords(job.operation));
    try {
      const args = checkArguments(operation.args, job.args);
      operation.check?.(args, config);
      return hasItsLocks(operation, job) ? null : failure('bad_input', changedLocks);
    } catch (error) {
      return wordRefusal(error);
    }
  }

  async function look(id: string, check: Promise<void>) {
    plans.set(id, await check.then(() => null, wordRefusal));
    onLooked();
  }

  /** While it waits for its next attempt it claims nothing. */
  function hasItsLocks(operation: Operation, job: Job): boolean {
    if (job.status !== 'queued') return true;
    const words = (claims: Claim[]) => claims.map(({ name, mode }) => `${mode} ${name}`).sort();
    return words(operation.locks(job.args)).join() === words(claimsOf(job.id)).join();
  }
}

const changedLocks =
  'The locks of this operation have changed since the job was accepted, so it was not started. Run it again.';

function goneWords(name: string): string {
  return `The operation ${name} is no longer there, so the job was not started. Put it back into operations.yaml, then retry.`;
}

/** What is no refusal is for the script to meet and to tell. */
function wordRefusal(error: unknown): Failure | null {
  if (!(error instanceof AppError)) return null;
  return failure('bad_input', `It was not started. ${error.message}`, error.details);
}

function failure(code: FailureCode, message: string, detail: Failure['detail'] = null): Failure {
  return { code, message, detail, stderr_tail: null };
}
