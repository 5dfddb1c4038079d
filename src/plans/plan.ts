// A plan: the job of a dry run, what it found, and whether it can still be applied.
import { AppError } from '../core/errors.ts';
import { type Args, makesPlan, type Operation } from '../core/operation.ts';
import { dryRunRefusal } from '../jobs/job-view.ts';
import type { Job } from '../jobs/job.ts';
import { isLargeRemoval } from '../sheets/plan.ts';
import { type PlanOutcome, type PlanSummary, type Tally, withPlan } from '../plan-store/plan-repository.ts';
import type { PlanContext } from './parts.ts';

/** `counts.wrong`: rows with a problem; a row may have several. `summary` and `tallies` are null when its rows are not kept. */
export type Plan = {
  job: Job;
  operation: Operation;
  token: string;
  /** The arguments that apply it. */
  args: Args;
  counts: Record<PlanOutcome | 'unchanged', number>;
  summary: PlanSummary | null;
  tallies: Tally[];
  refusal: string | null;
  largeRemoval: { removed: number; entries: number } | null;
  /** The job that applies it. */
  appliedBy: Pick<Job, 'number' | 'status'> | null;
  /** Why it cannot be applied any more, in a sentence. */
  outdated: string | null;
};

/** The job and operation of a dry run that makes a plan. Throws `not_found`, `pruned`. */
export function findDryRun({ jobs, catalogue }: PlanContext, number: string) {
  const job = jobs.find(number);
  const operation = catalogue.find(job.operation);
  if (operation && makesPlan(operation, job.args)) return { job, operation };
  throw new AppError('not_found', `Job #${job.number} makes no plan. Its page is /jobs/${job.number}.`);
}

/** Null while the dry run has no result, or none that could be applied (noop mode). */
export async function describePlan(ctx: PlanContext, job: Job, operation: Operation): Promise<Plan | null> {
  const { result } = job;
  if (job.status !== 'succeeded' || typeof result?.plan !== 'string') return null;
  const stored = withPlan(ctx.config.root, job.id, (plan) => ({
    summary: plan.summary(),
    tallies: plan.tallies(),
  }));
  const { summary, tallies } = stored ?? { summary: null, tallies: [] };
  const token = result.plan;
  const args = { ...job.args, dry_run: false, plan: token };
  const appliedBy = ctx.repository.appliedBy(job, token);
  return {
    job,
    operation,
    token,
    args,
    counts: countRows(result, tallies),
    summary,
    tallies,
    refusal: dryRunRefusal(job, operation),
    largeRemoval: summary && findLargeRemoval(summary, tallies),
    appliedBy,
    outdated: appliedBy ? null : await findOutdated(ctx, operation, args, summary),
  };
}

/** Throws `wrong_state` when the dry run has made no plan that could be applied. */
export async function findPlan(ctx: PlanContext, number: string): Promise<Plan> {
  const { job, operation } = findDryRun(ctx, number);
  const plan = await describePlan(ctx, job, operation);
  if (plan) return plan;
  throw noPlan(job);
}

export function noPlan({ number, status }: Job): AppError {
  const message = `Job #${number} is ${status}: it has made no plan that could be applied.`;
  return new AppError('wrong_state', message, { status });
}

function countRows(result: Record<string, unknown>, tallies: Tally[]): Plan['counts'] {
  const number = (name: string) => Number(result[name] ?? 0);
  return {
    added: number('added'),
    changed: number('changed'),
    unchanged: number('unchanged'),
    removed: number('removed'),
    wrong: number('invalid'),
    warning: number('warnings'),
    left_alone: sumOf(tallies, ({ outcome }) => outcome === 'left_alone'),
  };
}

/** Whether the library was compared with a sheet, which may be incomplete or the wrong one. */
export function comparesSheet({ operation }: Pick<Plan, 'operation'>): boolean {
  return operation.args.properties.sheet !== undefined;
}

export function sumOf(tallies: Tally[], matches: (tally: Tally) => boolean): number {
  return tallies.filter(matches).reduce((sum, { rows }) => sum + rows, 0);
}

/** Only entries have a category: categories themselves are not counted. */
function findLargeRemoval({ before }: PlanSummary, tallies: Tally[]) {
  const removed = sumOf(tallies, ({ outcome, category }) => outcome === 'removed' && category !== null);
  const entries = before.experiences + before.manuals;
  return isLargeRemoval(removed, entries) ? { removed, entries } : null;
}

async function findOutdated(
  { current }: PlanContext,
  { checkPlan }: Operation,
  args: Args,
  summary: PlanSummary | null,
): Promise<string | null> {
  if (summary && summary.revision !== current.libraryRevision())
    return 'The library has changed since this plan was made.';
  try {
    await checkPlan?.(args, current);
    return null;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return error.code === 'plan_outdated' && summary
      ? 'The sheet has changed since this plan was made.'
      : error.message;
  }
}
