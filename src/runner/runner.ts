// Runs jobs: starts what may start (dispatch), runs its attempt, records its end (settle), and queues retries (back-off).
import type { JobEvent } from '../core/bus.ts';
import type { Kernel } from '../core/kernel.ts';
import type { Operation, PlanState } from '../core/operation.ts';
import { maskerFor } from '../core/secrets.ts';
import type { UsageCounter } from '../cost-store/usage-counter.ts';
import type { Job } from '../jobs/job.ts';
import type { AssertPossible, ReadArguments } from '../core/read-arguments.ts';
import type { JobRepository } from '../jobs/repository.ts';
import type { LogStore } from '../log-store/log-store.ts';
import type { WindowClaims } from '../jobs/window-claims.ts';
import { createAdmission } from './admission.ts';
import { createEndFinder, type FindApplied } from './applied.ts';
import { type Attempt, startAttempt } from './attempt.ts';
import { createBackOff } from './back-off.ts';
import { createCatchUp } from './catch-up.ts';
import { createDispatch } from './dispatch.ts';
import { keepTraceOfJob, traceOfJob } from './job-trace.ts';
import { decideOutcome, spawnFailure } from './outcome.ts';
import { recordAttempt } from './record.ts';
import { type AttemptOutcome, createSettlement } from './settle.ts';

/** More are not listed. */
const maxLeftProcesses = 100;

/** Events after which a job that waits may start. */
const restarting = ['settings', 'maintenance'] as const;

/** A running job; it has no attempt yet in the moment of its start. */
type Run = { attempt: Attempt | null; ended: Promise<void> };

type Given = Pick<
  Kernel,
  'config' | 'catalogue' | 'audit' | 'bus' | 'damage' | 'log' | 'only' | 'catchUps' | 'now'
> & {
  repository: JobRepository;
  windowClaims: Pick<WindowClaims, 'enter' | 'keepUp'>;
  findApplied: FindApplied;
  readArguments: ReadArguments;
  assertPossible: AssertPossible;
  current: PlanState;
  /** Secrets that the operation's script knows; they are masked everywhere. */
  secretsOf: (operation: Operation) => string[];
  usage: Pick<UsageCounter, 'add'>;
  logStore: Pick<LogStore, 'add' | 'addStatements'>;
  /** Frees some room when the end of a job cannot be written to a full disk. */
  makeRoom: () => void;
  /** Whether enough descriptors are left to start a process; without them jobs wait. */
  hasSpareDescriptors: () => boolean;
};

export function createRunner(given: Given) {
  const { bus } = given;
  const running = new Map<string, Run>();
  let isStarted = false;
  const { settle, refuse } = createSettlement({
    ...given,
    catchUp: createCatchUp(given),
    isRunning: () => isStarted,
  });
  const { judge, obstacleOf } = createAdmission({ ...given, onChecked: () => dispatch.runSoon() });
  const backOff = createBackOff({ ...given, obstacleOf, refuse });
  const findEnd = createEndFinder(given.findApplied);
  const runningCount = () => running.size;
  const dispatch = createDispatch({ ...given, runningCount, judge, refuse, launch });
  const onMove = ({ status }: JobEvent) => {
    if (status !== 'running') dispatch.runSoon();
  };
  const onCancel = ({ id }: { id: string }) => running.get(id)?.attempt?.end('cancelled');

  return {
    /** From now on every job that may start is started at once. Safe twice. */
    start() {
      if (isStarted) return;
      isStarted = true;
      bus.on('job', onMove);
      bus.on('cancel-requested', onCancel);
      for (const event of restarting) bus.on(event, dispatch.runSoon);
      backOff.start();
      dispatch.start();
    },

    runOnce: dispatch.runOnce,

    /** Waits `quietMs` for the running jobs, then ends them: TERM, and KILL after the grace. Safe twice. */
    async stop(quietMs: number) {
      isStarted = false;
      bus.off('job', onMove);
      for (const event of restarting) bus.off(event, dispatch.runSoon);
      backOff.stop();
      dispatch.stop();
      const allEnded = () => Promise.all([...running.values()].map((run) => run.ended));
      await Promise.race([allEnded(), new Promise((resolve) => setTimeout(resolve, quietMs).unref())]);
      for (const run of running.values()) run.attempt?.end('shutdown');
      await allEnded();
      bus.off('cancel-requested', onCancel);
    },

    runningCount,
  };

  function launch(job: Job) {
    const run: Run = { attempt: null, ended: Promise.resolve() };
    running.set(job.id, run);
    run.ended = runToEnd(job, run).finally(() => {
      running.delete(job.id);
      dispatch.runSoon();
    });
  }

  async function runToEnd(job: Job, run: Run) {
    const moved = await settle(job, await runAttempt({ ...given, findEnd }, job, run));
    if (moved?.status === 'retrying') backOff.schedule(moved);
  }
}

type Running = Given & { findEnd: ReturnType<typeof createEndFinder> };

/** Never rejects: a script that cannot be started is a `spawn_failed` outcome. */
async function runAttempt(given: Running, job: Job, run: Run): Promise<AttemptOutcome> {
  try {
    given.bus.emit('job', job);
    if (job.mode !== 'noop') return await runScript(given, job, run);
    return { status: 'succeeded', result: { mode: 'noop' }, isTemporary: false };
  } catch (error) {
    given.log.error({ err: error, job_id: job.id, number: job.number }, 'the script could not be started');
    return spawnFailure((error as Error).message);
  }
}

async function runScript(given: Running, job: Job, run: Run): Promise<AttemptOutcome> {
  const { catalogue, repository, secretsOf, findEnd, logStore, now } = given;
  const operation = catalogue.find(job.operation);
  if (!operation) throw new Error(`the operation ${job.operation} is no longer in the catalogue`);
  const mask = maskerFor(secretsOf(operation));
  // A cancel between the start and this moment found no attempt to end.
  const isCancelled = repository.find(job.id)?.cancel_requested_at != null;
  const events = recordAttempt(job, given);
  const trace = traceOfJob(job);
  const attempt = startAttempt({ ...given, job, trace, operation, events, mask });
  run.attempt = attempt;
  if (isCancelled) attempt.end('cancelled');
  const facts = await attempt.finished;
  keepTraceOfJob(logStore, { job, statements: facts.statements, ended: now() });
  const outcome = decideOutcome({ ...facts, ...(await findEnd(job, facts)) });
  const { logBytes, usage, left } = facts;
  given.usage.add('job_cpu_sec', usage.cpuSec ?? 0);
  const figures = {
    logBytes,
    ...usage,
    progress: events.lastProgress(),
    left: mask.value(left).slice(0, maxLeftProcesses),
  };
  return { ...mask.value(outcome), figures };
}
