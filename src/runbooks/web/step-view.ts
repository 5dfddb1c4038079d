// The view model of a step of a run: its mark, its note, its job and its buttons.
import { formatSpan } from '../../core/format.ts';
import { url } from '../../core/url.ts';
import { renderMarkdown } from '../../documents/markdown.ts';
import { viewJob } from '../../jobs/job-view.ts';
import { leastRoleToOffer } from '../../jobs/refusals.ts';
import { makesPlan } from '../../core/operation.ts';
import type { RunbookContext } from '../parts.ts';
import type { Run } from '../run.ts';
import { isWorking, type RunStep } from '../run-steps.ts';

/** `tookSec`: null for an open step. `isCurrent`: the first open one. */
export function viewStep(
  ctx: RunbookContext,
  run: Run,
  given: RunStep,
  { tookSec, isCurrent }: { tookSec: number | null; isCurrent: boolean },
) {
  const { item, step, job } = given;
  const isGoing = run.outcome === null;
  const isOpen = item.state === 'open';
  const shown = job && viewJob(ctx, job);
  return {
    n: item.n,
    id: `step-${run.number}-${item.n}`,
    title: step.title,
    html: renderMarkdown(step.text),
    isCurrent: isCurrent && isGoing,
    look: lookOf(given, isGoing),
    /** A step by hand has a box. */
    box: step.operation
      ? null
      : { isTicked: item.state === 'done', isGiven: item.state !== 'skipped' && isGoing },
    action: url(`/ui/runs/${run.number}/steps/${item.n}`),
    ended: isOpen ? null : viewEnd(given, tookSec),
    job: shown,
    isWorking: isOpen && isWorking(job),
    plan: isOpen && job ? planOf(ctx, given) : null,
    problem: isOpen ? describeProblem(given, shown) : null,
    run: isOpen && isGoing && !isWorking(job) ? viewRun(ctx, run, given) : null,
    skip: isOpen && isGoing && !isWorking(job) ? url(`/ui/runs/${run.number}/steps/${item.n}/skip`) : null,
    note: isOpen && isGoing && !step.operation ? url(`/ui/runs/${run.number}/steps/${item.n}/done`) : null,
    canOpen: item.state === 'skipped' && isGoing,
  };
}

const looks = {
  done: { tone: 'ok', icon: 'check', word: 'Done' },
  skipped: { tone: 'hold', icon: 'slash', word: 'Skipped' },
  failed: { tone: 'bad', icon: 'cross', word: 'Failed' },
  working: { tone: 'run', icon: 'half', word: 'Working' },
  toRun: { tone: 'idle', icon: 'play', word: 'Runs an operation' },
  open: { tone: 'idle', icon: 'clock', word: 'Open' },
  notReached: { tone: 'idle', icon: 'clock', word: 'Not reached' },
};

function lookOf({ item, step, job }: RunStep, isGoing: boolean) {
  if (item.state !== 'open') return looks[item.state];
  if (isWorking(job)) return looks.working;
  if (job?.status === 'failed') return looks.failed;
  if (!isGoing) return looks.notReached;
  return step.operation ? looks.toRun : looks.open;
}

function viewEnd({ item, step }: RunStep, tookSec: number | null) {
  const { state, at, actor, note } = item;
  return {
    word: state === 'skipped' ? 'Skipped' : 'Done',
    at,
    by: actor,
    took: tookSec === null ? null : formatSpan(tookSec * 1000),
    note,
    job: step.operation && state === 'done' ? item.job : null,
  };
}

/** The page of the plan that waits for a decision. */
function planOf({ catalogue }: RunbookContext, { job, args }: RunStep) {
  const operation = job && catalogue.find(job.operation);
  if (!job || !operation || job.status !== 'succeeded' || args.dry_run === true) return null;
  return makesPlan(operation, job.args) ? { number: job.number, href: url(`/plans/${job.number}`) } : null;
}

/** Why the step is still open although its operation was started, or that it cannot be started. */
function describeProblem(
  { step, operation, item, job, isJobRemoved, hasOtherArgs }: RunStep,
  shown: ReturnType<typeof viewJob> | null,
): { job: number | null; text: string } | null {
  if (step.operation && !operation)
    return {
      job: null,
      text: `There is no operation ${step.operation.name}. Skip this step, and edit the runbook.`,
    };
  if (isJobRemoved) return { job: item.job, text: 'was removed from the history. The step stays open.' };
  if (job?.status === 'failed')
    return { job: job.number, text: `failed, so the step stays open. ${shown?.outcome ?? ''}`.trim() };
  if (job?.status === 'cancelled') return { job: job.number, text: 'was cancelled, so the step stays open.' };
  if (job?.status === 'succeeded' && hasOtherArgs)
    return { job: job.number, text: 'ran with other arguments, so the step stays open. Run it again.' };
  return null;
}

function viewRun(
  { libraryState }: RunbookContext,
  { number }: Run,
  { item, step, operation, args, job }: RunStep,
) {
  if (!operation || !step.operation) return null;
  return {
    href: url(`/ui/runs/${number}/steps/${item.n}/run`),
    label: job || item.job !== null ? 'Run again…' : 'Run…',
    hidden: operation.title,
    needs: leastRoleToOffer(operation, args, libraryState),
  };
}
