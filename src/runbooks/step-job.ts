// The job of a step: the one that it has started, or a retry of it, or the job that applies the plan it has made.
import { isDeepStrictEqual } from 'node:util';
import { defaultArguments } from '../core/arguments.ts';
import { type Args, makesPlan, type Operation } from '../core/operation.ts';
import type { Kernel } from '../core/kernel.ts';
import type { Job } from '../jobs/job.ts';
import type { JobRepository } from '../jobs/repository.ts';

type Given = Pick<Kernel, 'catalogue'> & {
  repository: Pick<JobRepository, 'find' | 'retriedBy' | 'appliedBy'>;
};

/** More jobs in a row are not followed. */
const maxFollowed = 50;

/** Null when that job was removed from the history. */
export function followJob({ catalogue, repository }: Given, number: number): Job | null {
  let job = repository.find(String(number));
  for (let at = 0; job && at < maxFollowed; at++) {
    const next: Job | null = isPlan(job, catalogue.find(job.operation))
      ? repository.appliedBy(job, String(job.result?.plan))
      : nextRetry(repository, job);
    if (!next) return job;
    job = next;
  }
  return job;
}

function nextRetry(repository: Given['repository'], { number }: Job): Job | null {
  const id = repository.retriedBy(number);
  return id === null ? null : repository.find(id);
}

function isPlan({ status, args }: Job, operation: Operation | null): boolean {
  return status === 'succeeded' && operation !== null && makesPlan(operation, args);
}

/** Whether arguments differ from those that the link of a step gives: in one that the link names and the operation has. A plan,
 *  and the job that applies it, are distinguished elsewhere. */
export function hasOtherArgs(args: Args, operation: Operation, given: Args): boolean {
  const isOfPlan = makesPlan(operation, args) || args.plan !== undefined;
  const used: Args = { ...defaultArguments(operation), ...args };
  return Object.entries(given)
    .filter(([name]) => operation.args.properties[name] !== undefined && !(isOfPlan && name === 'dry_run'))
    .some(([name, value]) => !isDeepStrictEqual(used[name], value));
}

/** Whether the job has done the work of a step whose link gives these arguments. A plan alone has not, unless the step asks for
 *  no more, and neither has a job with other arguments. */
export function fulfils(job: Job, operation: Operation | null, given: Args): boolean {
  if (job.status !== 'succeeded' || (operation && hasOtherArgs(job.args, operation, given))) return false;
  return !isPlan(job, operation) || given.dry_run === true || job.mode === 'noop';
}
