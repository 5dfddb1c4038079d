// Runs jobs: starts what may start (dispatch), runs its attempt, records its end (settle), and queues retries (back-off).
import type { JobEvent } from '../core/bus.ts';
import type { Kernel } from '../core/kernel.ts';
import type { Operation } from '../core/operation.ts';
import type { Job } from '../jobs/job.ts';
import type { JobRepository } from '../jobs/repository.ts';
import { createAdmission } from './admission.ts';
import type { FindApplied } from './applied.ts';
import type { Attempt } from './attempt.ts';
import { createBackOff } from './back-off.ts';
import { createDispatch } from './dispatch.ts';
import { createAttemptRunner } from './run-attempt.ts';
import { createSettlement } from './settle.ts';

/** A running job; it has no attempt yet in the moment of its start. */
type Run = { attempt: Attempt | null; ended: Promise<void> };

type Given = Pick<Kernel, 'config' | 'catalogue' | 'audit' | 'bus' | 'log' | 'now'> & {
  repository: JobRepository;
  findApplied: FindApplied;
  /** The plan of a waiting job is checked against it. */
  libraryRevision: () => number;
  /** Secrets that the operation's script knows; they are masked everywhere. */
  secretsOf: (operation: Operation) => string[];
  /** Frees some room when the end of a job cannot be written to a full disk. */
  makeRoom: () => void;
  /** Whether enough descriptors are left to start a process; without them jobs wait. */
  hasRoom: () => boolean;
  /** In a run by hand only these jobs are started: it must not start what others have queued. */
  only: ReadonlySet<string> | null;
};

export function createRunner(given: Given) {
  const { config, bus } = given;
  const running = new Map<string, Run>();
  let isStarted = false;
  const { settle, refuse } = createSettlement({ ...given, isRunning: () => isStarted });
  const { judge, obstacleOf } = createAdmission({ ...given, onChecked: () => dispatch.runSoon() });
  const backOff = createBackOff({ ...given, obstacleOf, refuse });
  const runAttempt = createAttemptRunner(given);
  const runningCount = () => running.size;
  const maxRunning = config.maxRunningJobs;
  const dispatch = createDispatch({ ...given, maxRunning, runningCount, judge, refuse, launch });
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
      backOff.start();
      dispatch.start();
    },

    runOnce: dispatch.runOnce,

    /** Waits `quietMs` for the running jobs, then ends them: TERM, and KILL after the grace. Queued jobs stay queued.
     *  Safe twice. */
    async stop(quietMs: number) {
      isStarted = false;
      bus.off('job', onMove);
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
    const outcome = await runAttempt(job, (attempt) => {
      run.attempt = attempt;
    });
    const moved = await settle(job, outcome);
    if (moved?.status === 'retrying') backOff.schedule(moved);
  }
}
