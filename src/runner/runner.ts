// Owns the loop from the lock line to the end of a job: claims what may start, runs it, records how it ended.
import type { Audit } from '../core/audit.ts';
import { systemRequester } from '../core/audit.ts';
import type { Bus, JobEvent } from '../core/bus.ts';
import type { Config } from '../core/config.ts';
import { isDiskFull } from '../core/disk-reserve.ts';
import type { Failure, Job } from '../jobs/job.ts';
import { findStartable } from '../jobs/locks.ts';
import type { Figures } from '../jobs/reports.ts';
import type { JobRepository } from '../jobs/repository.ts';
import type { Log } from '../core/log.ts';
import type { Catalogue } from '../core/catalogue.ts';
import type { Operation, RetryPolicy } from '../core/operation.ts';
import { createAdmission } from './admission.ts';
import { createEndFinder, type FindApplied } from './applied.ts';
import { type Attempt, startAttempt } from './attempt.ts';
import { decideOutcome, type Outcome, spawnFailure } from './outcome.ts';
import { recordAttempt } from './record.ts';
import { maskerFor } from '../core/secrets.ts';

export type Runner = ReturnType<typeof createRunner>;

type Run = { attempt: Attempt | null; ended: Promise<void> };
type AttemptOutcome = Outcome & { figures?: Figures };

/** A busy or full ops.db is asked again after so long. */
const againMs = 250;
const backOffMaxMs = 3_600_000;

export function createRunner(given: {
  config: Config;
  catalogue: Catalogue;
  repository: JobRepository;
  audit: Audit;
  bus: Bus;
  log: Log;
  findApplied: FindApplied;
  /** By which the plan of a job that waited is judged. */
  libraryRevision: () => number;
  /** Texts that an operation's script knows and that must show nowhere. */
  secretsOf?: (operation: Operation) => string[];
  /** Called when the end of a job cannot be written to a full disk; makes some room. */
  makeRoom?: () => void;
  /** Whether there are descriptors left to start a process with; a job that finds none waits. */
  hasRoom?: () => boolean;
  now: () => Date;
  /** In a run by hand these jobs alone are started: it must not set off what others have queued. */
  only?: Set<string> | undefined;
}) {
  const { config, catalogue, repository, audit, bus, log, findApplied, now, only } = given;
  const { secretsOf = () => [], makeRoom = () => {}, hasRoom = () => true } = given;
  const running = new Map<string, Run>();
  const backOffs = new Map<string, NodeJS.Timeout>();
  const admission = createAdmission({ ...given, claimsOf: repository.claimsOf, onLooked: dispatchSoon });
  const findEnd = createEndFinder(findApplied);
  let isStarted = false;
  let isDispatching = false;
  let later: NodeJS.Timeout | null = null;
  let isShortOfDescriptors = false;

  const onMove = ({ status }: JobEvent) => {
    if (status !== 'running') dispatchSoon();
  };
  const onCancel = ({ id }: { id: string }) => running.get(id)?.attempt?.end('cancelled');

  return {
    /** From now on every job that may start is started, at once. */
    start() {
      isStarted = true;
      bus.on('job', onMove);
      bus.on('cancel-requested', onCancel);
      for (const job of repository.active()) if (job.status === 'retrying') scheduleRetry(job);
      dispatchSoon();
    },

    runOnce,

    /** Ends what runs: waits `quietMs` for it, then TERM, and KILL after the grace. Queued jobs stay queued. Safe
     *  twice. */
    async stop(quietMs: number) {
      isStarted = false;
      bus.off('job', onMove);
      for (const timer of backOffs.values()) clearTimeout(timer);
      backOffs.clear();
      const all = () => Promise.all([...running.values()].map((run) => run.ended));
      await Promise.race([all(), new Promise((resolve) => setTimeout(resolve, quietMs).unref())]);
      for (const run of running.values()) run.attempt?.end('shutdown');
      await all();
      bus.off('cancel-requested', onCancel);
    },

    runningCount: () => running.size,
  };

  /** After what is happening now, once for all that happens now. A busy or full ops.db is tried again. */
  function dispatchSoon() {
    if (isDispatching) return;
    isDispatching = true;
    setImmediate(() => {
      isDispatching = false;
      try {
        runOnce();
      } catch (error) {
        log.error({ err: error }, 'jobs could not be started; tried again soon');
        dispatchLater();
      }
    });
  }

  function dispatchLater() {
    if (later) return;
    later = setTimeout(() => {
      later = null;
      dispatchSoon();
    }, againMs);
  }

  /** Starts every waiter that fits the holders and all earlier waiters. */
  function runOnce() {
    if (!isStarted) return;
    const room = config.maxRunningJobs - running.size;
    for (const id of startable(room)) {
      if (!hasRoomToStart()) return dispatchLater();
      const job = admit(id) ? repository.start(id) : null;
      if (!job) continue;
      const run: Run = { attempt: null, ended: Promise.resolve() };
      running.set(id, run);
      run.ended = runJob(job, run).finally(() => {
        running.delete(id);
        dispatchSoon();
      });
    }
  }

  /** A job that may not begin fails at once. */
  function admit(id: string): boolean {
    const job = repository.find(id);
    const verdict = job && admission.judge(job);
    if (job && verdict && verdict !== 'looking') refuse(job, verdict);
    return job !== null && verdict === null;
  }

  function refuse(job: Job, failure: Failure) {
    const refused = repository.refuse(job.id, failure, (moved) => auditEnd('job.finished', moved));
    if (refused) bus.emit('job', refused);
  }

  function hasRoomToStart(): boolean {
    const isShort = !hasRoom();
    if (isShort && !isShortOfDescriptors) log.warn('jobs wait, because too many files are open');
    isShortOfDescriptors = isShort;
    return !isShort;
  }

  function startable(room: number): string[] {
    if (!only) return findStartable(repository.line(), room);
    return findStartable(repository.line(), Number.POSITIVE_INFINITY).filter((id) => only.has(id));
  }

  async function runJob(job: Job, run: Run) {
    let outcome: AttemptOutcome;
    try {
      bus.emit('job', job);
      outcome = job.mode === 'noop' ? noopOutcome : await runAttempt(job, run);
    } catch (error) {
      log.error({ err: error, job_id: job.id, number: job.number }, 'the script could not be started');
      outcome = spawnFailure((error as Error).message);
    }
    await untilSettled(job, outcome);
  }

  async function untilSettled(job: Job, outcome: AttemptOutcome) {
    const moved = await untilMoved(job, outcome);
    if (!moved) return;
    try {
      await repository.synced();
    } catch (error) {
      log.error(
        { err: error, job_id: job.id, number: job.number },
        'the end of a job may not be on the disk',
      );
    }
    if (moved.status === 'retrying') scheduleRetry(moved);
    bus.emit('job', moved);
    bus.emit('library');
  }

  /** An end that cannot be written yet is written later, and the job keeps its claims until then. When the server
   *  stops before, the next start settles it. */
  async function untilMoved(job: Job, outcome: AttemptOutcome): Promise<Job | null> {
    for (;;) {
      try {
        return settle(job, outcome);
      } catch (error) {
        log.error({ err: error, job_id: job.id, number: job.number }, 'the end of a job is not written yet');
        if (isDiskFull(error)) makeRoom();
        if (!isStarted) return null;
        await new Promise((resolve) => setTimeout(resolve, againMs));
      }
    }
  }

  async function runAttempt(job: Job, run: Run): Promise<AttemptOutcome> {
    const operation = catalogue.find(job.operation);
    if (!operation) throw new Error(`the operation ${job.operation} is no longer in the catalogue`);
    const mask = maskerFor(secretsOf(operation));
    // It may have been cancelled in the moment of its start, when there was no attempt to end yet.
    const isCancelled = isCancelAsked(job);
    const record = recordAttempt(job, { repository, bus, log });
    run.attempt = startAttempt(job, operation, config, record, now, mask);
    if (isCancelled) run.attempt.end('cancelled');
    const facts = await run.attempt.finished;
    const outcome = decideOutcome({ ...facts, ...(await findEnd(job, facts)) });
    const figures = { logBytes: facts.logBytes, ...facts.usage, progress: record.lastProgress() };
    return { ...mask.value(outcome), figures };
  }

  /** Commits the end; null when someone else has moved the job. */
  function settle(job: Job, ended: AttemptOutcome): Job | null {
    const outcome = isToBeTriedAgain(job, ended) && isCancelAsked(job) ? { ...ended, ...cancelled } : ended;
    const record = (event: string) => (moved: Job) => {
      if (outcome.figures) repository.setFigures(moved, outcome.figures);
      auditEnd(event, moved);
    };
    const policy = catalogue.find(job.operation)?.retries;
    return repository.unsynced(() =>
      isToBeTriedAgain(job, outcome) && policy && outcome.failure
        ? repository.retryLater(
            job,
            outcome.failure,
            nextAttemptAt(policy, job.attempt),
            record('job.retrying'),
          )
        : repository.finish(job, outcome, record('job.finished')),
    );
  }

  function auditEnd(event: string, { number, status, attempt, failure }: Job) {
    audit.record({
      event,
      outcome: status === 'failed' || status === 'retrying' ? 'failed' : 'ok',
      by: systemRequester,
      target: `job:${number}`,
      detail: { status, attempt, failure: failure?.message ?? null },
    });
  }

  function isToBeTriedAgain({ attempt, max_attempts }: Job, { isTemporary }: AttemptOutcome): boolean {
    return isTemporary && attempt < max_attempts;
  }

  function isCancelAsked({ id }: Job): boolean {
    return repository.find(id)?.cancel_requested_at != null;
  }

  /** Exponential, with up to a tenth of jitter, capped. */
  function nextAttemptAt({ delayMs, backoff }: RetryPolicy, attempt: number): Date {
    const waitMs = delayMs * backoff ** (attempt - 1) * (1 + Math.random() / 10);
    return new Date(now().getTime() + Math.min(waitMs, backOffMaxMs));
  }

  /** While the server stops nothing is scheduled: the next start does it. */
  function scheduleRetry(job: Job) {
    if (!isStarted) return;
    const dueMs = Math.max(0, Date.parse(job.next_attempt_at ?? '') - now().getTime());
    backOffs.set(job.id, setTimeout(requeue, dueMs, job));
  }

  function requeue(job: Job) {
    backOffs.delete(job.id);
    try {
      const obstacle = admission.obstacleOf(job);
      if (obstacle) return refuse(job, obstacle);
      const queued = repository.requeueDue(job.id, catalogue.find(job.operation)?.locks(job.args) ?? []);
      if (queued) bus.emit('job', queued);
    } catch (error) {
      log.error({ err: error, job_id: job.id, number: job.number }, 'a retry could not be queued yet');
      backOffs.set(job.id, setTimeout(requeue, againMs, job));
    }
  }
}

/** Asked for too late to end the child, but in time to spare it another attempt. */
const cancelled = { status: 'cancelled', failure: null, isTemporary: false } as const;

const noopOutcome: Outcome = { status: 'succeeded', result: { mode: 'noop' }, isTemporary: false };
