// Owns the loop from the lock line to the end of a job: claims what may start, runs it, records how it ended.
import type { Audit } from '../audit.ts';
import { systemRequester } from '../audit.ts';
import type { Bus } from '../bus.ts';
import type { Config } from '../config.ts';
import type { Job } from '../jobs/job.ts';
import { findStartable } from '../jobs/locks.ts';
import type { JobRepository } from '../jobs/repository.ts';
import type { Log } from '../log.ts';
import type { Catalogue } from '../operations/catalogue.ts';
import type { FindApplied } from './applied.ts';
import { type Attempt, startAttempt } from './attempt.ts';
import { decideOutcome, type Outcome } from './outcome.ts';

export type Runner = ReturnType<typeof createRunner>;

export function createRunner(given: {
  config: Config;
  catalogue: Catalogue;
  repository: JobRepository;
  audit: Audit;
  bus: Bus;
  log: Log;
  findApplied: FindApplied;
  now: () => Date;
}) {
  const { config, catalogue, repository, audit, bus, log, findApplied, now } = given;
  const running = new Map<string, { attempt: Attempt | null; ended: Promise<void> }>();
  const backOffs = new Map<string, NodeJS.Timeout>();
  let isStarted = false;

  const dispatchSoon = () => setImmediate(runOnce);
  const onCancel = ({ id }: { id: string }) => running.get(id)?.attempt?.end('cancelled');

  return {
    /** From now on every job that may start is started, at once. */
    start() {
      isStarted = true;
      bus.on('job', dispatchSoon);
      bus.on('cancel-requested', onCancel);
      for (const job of repository.active()) if (job.status === 'retrying') scheduleRetry(job);
      dispatchSoon();
    },

    runOnce,

    /** Ends what runs: waits `quietMs` for it, then TERM, and KILL after the grace. Queued jobs stay queued. Safe
     *  twice. */
    async stop(quietMs: number) {
      isStarted = false;
      bus.off('job', dispatchSoon);
      for (const timer of backOffs.values()) clearTimeout(timer);
      const all = () => Promise.all([...running.values()].map((run) => run.ended));
      await Promise.race([all(), new Promise((resolve) => setTimeout(resolve, quietMs).unref())]);
      for (const run of running.values()) run.attempt?.end('shutdown');
      await all();
      bus.off('cancel-requested', onCancel);
    },

    runningCount: () => running.size,
  };

  /** Starts every waiter that fits the holders and all earlier waiters. */
  function runOnce() {
    if (!isStarted) return;
    const room = config.maxRunningJobs - running.size;
    for (const id of findStartable(repository.line(), room)) {
      const job = repository.start(id);
      if (!job) continue;
      bus.emit('job', job);
      const run = { attempt: null, ended: Promise.resolve() } as {
        attempt: Attempt | null;
        ended: Promise<void>;
      };
      running.set(id, run);
      run.ended = runJob(job, run).finally(() => {
        running.delete(id);
        dispatchSoon();
      });
    }
  }

  async function runJob(job: Job, run: { attempt: Attempt | null }) {
    try {
      settle(job, job.mode === 'noop' ? noopOutcome : await runAttempt(job, run));
    } catch (error) {
      log.error({ err: error, job_id: job.id, number: job.number }, 'the runner failed');
      settle(job, spawnFailure((error as Error).message));
    }
  }

  async function runAttempt(job: Job, run: { attempt: Attempt | null }): Promise<Outcome> {
    const operation = catalogue.find(job.operation);
    if (!operation) return spawnFailure(`The operation ${job.operation} is no longer in the catalogue.`);
    let progress = job.progress;
    let logBytes = 0;
    const show = () => {
      const shown = repository.setProgress(job, progress, logBytes);
      if (shown) bus.emit('job', shown);
    };
    run.attempt = startAttempt(
      job,
      operation,
      config,
      {
        onSpawn: (identity) => repository.setProcess(job, identity),
        onProgress(newest) {
          progress = newest;
          show();
        },
        onRows: (rows) =>
          repository.addRows(
            job.id,
            rows.map(({ ref, outcome, message }) => ({
              ref: ref ?? null,
              outcome,
              message: message ?? null,
            })),
          ),
        onLog(size) {
          logBytes = size;
          bus.emit('log', job);
        },
      },
      now,
    );
    if (repository.find(job.id)?.cancel_requested_at) run.attempt.end('cancelled');
    const facts = await run.attempt.finished;
    repository.setLogBytes(job, facts.logBytes);
    return decideOutcome({ ...facts, applied: findApplied(job) });
  }

  function settle(job: Job, outcome: Outcome) {
    const policy = catalogue.find(job.operation)?.retries;
    const record = (event: string) => (moved: Job) =>
      audit.record({
        event,
        outcome: outcome.status === 'failed' ? 'failed' : 'ok',
        by: systemRequester,
        target: `job:${moved.number}`,
        detail: { status: moved.status, attempt: moved.attempt, failure: outcome.failure?.message ?? null },
      });
    if (outcome.isTemporary && outcome.failure && policy && job.attempt < job.max_attempts) {
      const wait = policy.delayMs * policy.backoff ** (job.attempt - 1) * (1 + Math.random() / 10);
      const nextAt = new Date(now().getTime() + wait);
      const retrying = repository.retryLater(job, outcome.failure, nextAt, record('job.retrying'));
      if (retrying) scheduleRetry(retrying);
      if (retrying) bus.emit('job', retrying);
      return;
    }
    const finished = repository.finish(job, outcome, record('job.finished'));
    if (finished) bus.emit('job', finished);
    bus.emit('library');
  }

  function scheduleRetry(job: Job) {
    const dueMs = Math.max(0, Date.parse(job.next_attempt_at ?? '') - now().getTime());
    const timer = setTimeout(() => {
      backOffs.delete(job.id);
      const locks = catalogue.find(job.operation)?.locks(job.args) ?? [];
      const queued = repository.requeueDue(job.id, locks);
      if (queued) bus.emit('job', queued);
    }, dueMs);
    backOffs.set(job.id, timer);
  }
}

const noopOutcome: Outcome = { status: 'succeeded', result: { mode: 'noop' }, isTemporary: false };

function spawnFailure(message: string): Outcome {
  return {
    status: 'failed',
    failure: {
      code: 'spawn_failed',
      message: `The script could not be started: ${message}`,
      detail: null,
      stderr_tail: null,
    },
    isTemporary: false,
  };
}
