// Moves the steps of a run: people tick, skip and open them; a step that runs an operation ticks itself.
import type { ChecklistItem } from '../checklist/checklist.ts';
import type { ChecklistRepository } from '../checklist/checklist-repository.ts';
import { invalidArguments, readForm } from '../core/arguments.ts';
import type { Requester } from '../core/audit.ts';
import { AppError } from '../core/errors.ts';
import type { Kernel } from '../core/kernel.ts';
import type { Args, Operation } from '../core/operation.ts';
import { isTerminal, type Job } from '../jobs/job.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { RetryRequest } from '../jobs/run-request.ts';
import { formFields } from '../operations/run-dialog.ts';
import { assertGoing, type Run, runActions, runTarget } from './run.ts';
import type { RunRepository } from './run-repository.ts';
import type { Runs } from './runs.ts';
import { followJob, hasOtherArgs } from './step-job.ts';
import { readStep, type Step, type StepOperation } from './steps.ts';

export type StepMove = { state: 'open' | 'done' | 'skipped'; note?: string | null | undefined };

export const minNote = 3;
export const maxNote = 500;

/** `operation`: null for a step by hand, and for an operation that is gone. `args`: those of its link. `job`: the present one;
 *  `isJobRemoved`: it has started one that the history no longer has. `hasOtherArgs`: the job ran with others than the link
 *  gives, and does not tick the step. */
export type RunStep = {
  item: ChecklistItem;
  step: Step;
  operation: Operation | null;
  args: Args;
  job: Job | null;
  isJobRemoved: boolean;
  hasOtherArgs: boolean;
};

type Given = Pick<Kernel, 'audit' | 'bus' | 'catalogue' | 'untilFree' | 'now'> &
  Parameters<typeof followJob>[0] & {
    runRepository: Pick<RunRepository, 'transaction'>;
    checklistRepository: Pick<ChecklistRepository, 'of' | 'find' | 'change'>;
    runs: Pick<Runs, 'find'>;
    jobs: Pick<Jobs, 'submit'>;
  };

export function createRunSteps(given: Given) {
  const { bus, untilFree, runRepository, checklistRepository, runs, jobs } = given;
  const of = (run: number) => checklistRepository.of(runTarget(run)).map((item) => describe(given, item));
  const find = (run: number, n: number) => findStep(given, runs.find(run), n);

  return {
    /** The steps of a run in their order. */
    of,

    /** Throws `not_found`. */
    find,

    /** A step whose operation can be started. Throws `not_found`, `wrong_state`. */
    ready: (run: number, n: number) => assertReady(runs.find(run), find(run, n)),

    /** Throws `not_found`, `invalid_arguments` for a skip without a note, `wrong_state`. */
    async move(run: number, n: number, { state, note }: StepMove, by: Requester) {
      const wanted = { state, note: readNote(state, note ?? null) };
      const work = () => moveStep(given, runs.find(run), find(run, n), wanted, by);
      await untilFree(() => runRepository.transaction(work));
      bus.emit('runs');
    },

    /** Starts the operation of a step; job and step are linked in one transaction. `args` replace those of its link. Throws
     *  `not_found`, `wrong_state`, and the errors of `jobs.submit`. */
    async start(
      run: number,
      n: number,
      request: RetryRequest & { args?: Args },
      by: Requester,
    ): Promise<Job> {
      const ready = () => assertReady(runs.find(run), find(run, n));
      const { operation, args } = ready();
      const wanted = { ...request, operation: operation.name, args: request.args ?? args };
      const job = await jobs.submit(wanted, by, ({ number }) => linkJob(given, run, ready(), number, by));
      bus.emit('runs');
      return job;
    },
  };
}

/** Part of a transaction. */
function moveStep(
  given: Given,
  run: Run,
  found: RunStep,
  { state, note }: { state: StepMove['state']; note: string | null },
  by: Requester,
) {
  assertGoing(run);
  assertMovable(found, state);
  const { item, step } = found;
  // A step that is opened again begins anew: the end of its old job ticks it no more.
  const moved =
    state === 'open'
      ? { state, at: null, actor: null, note: null, job: null }
      : { state, at: given.now().toISOString(), actor: by.actor, note, job: item.job };
  given.checklistRepository.change(item.id, moved);
  const stored = (one: Pick<ChecklistItem, 'state' | 'note' | 'job'>) => ({
    ...{ state: one.state, note: one.note },
    ...(item.job !== moved.job && { job: one.job }),
  });
  const detail = { step: item.n, title: step.title, before: stored(item), after: stored(moved) };
  record(given, by, run.number, detail);
}

/** Part of the transaction of the job. */
function linkJob(given: Given, run: number, { item, step }: Ready, job: number, by: Requester) {
  given.checklistRepository.change(item.id, { ...item, at: null, actor: null, note: null, job });
  const before = { job: item.job };
  record(given, by, run, { step: item.n, title: step.title, job, before, after: { job } });
}

function record({ audit }: Given, by: Requester, run: number, detail: Record<string, unknown>) {
  audit.record({ event: runActions.step.name, outcome: 'ok', by, target: runTarget(run), detail });
}

/** The arguments that the link of a step gives. */
export function linkArgs(operation: Operation, { fields }: StepOperation): Args {
  return readForm(operation.args, fields, formFields);
}

export const isWorking = (job: Job | null): boolean => job !== null && !isTerminal(job.status);

function findStep(given: Given, { number }: Run, n: number): RunStep {
  const item = given.checklistRepository.find(runTarget(number), n);
  if (!item) throw new AppError('not_found', `Run ${number} has no step ${n}.`);
  return describe(given, item);
}

function describe(given: Given, item: ChecklistItem): RunStep {
  const step = readStep(item.text);
  const operation = step.operation && given.catalogue.find(step.operation.name);
  const job = item.job === null ? null : followJob(given, item.job);
  const args = operation && step.operation ? linkArgs(operation, step.operation) : {};
  return {
    item,
    step,
    operation,
    args,
    job,
    isJobRemoved: item.job !== null && job === null,
    hasOtherArgs: operation !== null && job !== null && hasOtherArgs(job.args, operation, args),
  };
}

/** Throws `invalid_arguments`. */
function readNote(state: StepMove['state'], given: string | null): string | null {
  const note = given?.trim() || null;
  const length = [...(note ?? '')].length;
  if (state === 'skipped' && length < minNote)
    throw noteError(`Write why the step is skipped, in at least ${minNote} characters.`);
  if (length > maxNote) throw noteError(`The note has ${length} characters; at most ${maxNote} are kept.`);
  return note;
}

const noteError = (message: string) => invalidArguments([{ field: 'note', message }]);

/** Throws `wrong_state`. */
function assertMovable({ item, step, job }: RunStep, to: StepMove['state']) {
  const refuse = (why: string) => {
    throw new AppError('wrong_state', `Step ${item.n}, “${step.title}”: ${why}`, { state: item.state });
  };
  if (to === 'open') {
    if (item.state === 'open') refuse('it is open already.');
    if (item.state === 'done' && step.operation) refuse('its job has succeeded, so it stays done.');
    return;
  }
  if (item.state !== 'open') refuse(`it is ${item.state} already. Open it again first.`);
  if (isWorking(job)) refuse(`job #${job?.number} is still at work. Wait for its end, or cancel it.`);
  if (to === 'done' && step.operation)
    refuse('it ticks itself when its operation succeeded. Run it, or skip it with a note.');
}

type Ready = ReturnType<typeof assertReady>;

/** Throws `wrong_state`. */
function assertReady(run: Run, { item, step, operation, args, job }: RunStep) {
  assertGoing(run);
  const refuse = (why: string) =>
    new AppError('wrong_state', `Step ${item.n}, “${step.title}”: ${why}`, { state: item.state });
  if (!step.operation) throw refuse('it is done by hand and runs no operation.');
  if (!operation)
    throw refuse(`there is no operation ${step.operation.name}. Skip it, and edit the runbook.`);
  if (item.state !== 'open') throw refuse(`it is ${item.state} already.`);
  if (isWorking(job)) throw refuse(`job #${job?.number} is still at work.`);
  return { item, step, operation, args };
}
