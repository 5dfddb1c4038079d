// The verbs of people and programs on the workers: pause, resume, drain. Each is a small transaction with its audit row;
// none waits for a worker. A refusal is audited, too.
import type { Audit, Requester } from '../core/audit.ts';
import type { Bus } from '../core/bus.ts';
import { AppError } from '../core/errors.ts';
import type { UntilFree } from '../core/db/busy-retry.ts';
import type { EmbeddingQueue } from '../embedding/queue.ts';
import { plural } from '../core/format.ts';
import type { WorkerRepository } from './repository.ts';
import {
  type Drain,
  forecastLeft,
  leastDrainSec,
  mostDrainSec,
  speedOf,
  viewOf,
  type WorkersView,
} from './state.ts';

export type Workers = ReturnType<typeof createWorkers>;

const nothingPaused = { paused_at: null, paused_by: null, drain_id: null };

/** What drives the workers that the server keeps running: those that gave up can be started again. */
type Restart = { hasGivenUp(): boolean; startAgain(name?: string): void };

export function createWorkers(given: {
  repository: WorkerRepository;
  queue: Pick<EmbeddingQueue, 'counts' | 'retryFailed'>;
  audit: Audit;
  bus: Bus;
  untilFree: UntilFree;
  pool: Restart;
  now: () => Date;
}) {
  const { repository, queue, audit, bus, untilFree, pool, now } = given;

  return {
    view,

    /** All workers, or one: it finishes what it has in hand and takes nothing new. Pausing all ends a drain. Throws
     *  `not_found`, `no_workers`. */
    async pause(name: string | undefined, by: Requester) {
      const left = await pending();
      await audited({ event: 'workers.pause', by, target: targetOf(name) }, () => {
        requireWorkers(name);
        if (name !== undefined) return void repository.pause(name, by.actor);
        cancelActive(left, by);
        repository.setControl({ paused_at: now().toISOString(), paused_by: by.actor, drain_id: null });
      });
    },

    /** All workers, or one while the others stay as they are; what gave up is started again. Resuming all ends a drain.
     *  Throws `not_found`, `no_workers`. */
    async resume(name: string | undefined, by: Requester) {
      const left = await pending();
      await audited({ event: 'workers.resume', by, target: targetOf(name) }, () => {
        if (name !== undefined || !pool.hasGivenUp()) requireWorkers(name);
        const isPaused = repository.control().paused_at !== null;
        // A drain that has just paused all waits for what is in hand: it ends here.
        if (name === undefined || isPaused) cancelActive(left, by);
        if (name === undefined) repository.resumeEach();
        else resumeOne(name, isPaused, by);
        repository.setControl(nothingPaused);
      });
      pool.startAgain(name);
    },

    /** How many entries wait, and how many of them a drain of `timeoutSec` will likely leave. */
    forecast,

    /** Lets all workers go on until the queue is empty or the time is over, then pauses them. Throws
     *  `invalid_arguments`, `no_workers`, `drain_running`. */
    async drain(timeoutSec: number, by: Requester): Promise<Drain> {
      const { waiting, left } = await forecast(timeoutSec);
      const detail = { timeout_sec: timeoutSec, waiting, forecast_left: left };
      return audited({ event: 'workers.drain', by, target: 'workers', detail }, () => {
        checkTimeout(timeoutSec);
        requireWorkers();
        const running = repository.activeDrain();
        if (running) throw drainRunning(running);
        const startedAt = now();
        repository.resumeEach();
        repository.setControl(nothingPaused);
        return repository.insertDrain({
          started_at: startedAt.toISOString(),
          started_by: by.actor,
          timeout_sec: timeoutSec,
          deadline_at: new Date(startedAt.getTime() + timeoutSec * 1000).toISOString(),
          pending_before: waiting,
          forecast_left: left,
        });
      });
    },

    /** The workers go on without a time limit. Throws `no_drain`. */
    async cancelDrain(by: Requester): Promise<Drain> {
      const left = await pending();
      return audited({ event: 'workers.drain_cancel', by, target: 'workers' }, () => {
        const cancelled = cancelActive(left, by);
        if (cancelled) return cancelled;
        throw new AppError('no_drain', 'No drain is running. There is nothing to cancel.');
      });
    },

    /** Failed entries wait again: all, or of one kind, category or entry. Gives how many. */
    async retryFailed(
      selection: Parameters<EmbeddingQueue['retryFailed']>[0],
      by: Requester,
    ): Promise<number> {
      const retried = await queue.retryFailed(selection);
      const detail = { ...selection, entries: retried };
      await untilFree(() =>
        audit.record({ event: 'queue.retry_failed', outcome: 'ok', by, target: 'queue', detail }),
      );
      bus.emit('library');
      return retried;
    },
  };

  async function pending(): Promise<number> {
    return (await queue.counts()).pending.total;
  }

  async function forecast(timeoutSec: number): Promise<{ waiting: number; left: number | null }> {
    const waiting = await pending();
    return { waiting, left: forecastLeft(waiting, speedOf(repository.living()), timeoutSec) };
  }

  function view(): WorkersView {
    const control = repository.control();
    const lock = repository.libraryLock();
    const active = repository.activeDrain();
    const isDraining = active !== null;
    return {
      workers: repository.living().map((worker) => viewOf(worker, { control, lock, isDraining })),
      control,
      lock,
      drain: active ?? (control.drain_id === null ? null : repository.findDrain(control.drain_id)),
    };
  }

  /** Pausing all pauses each: the others keep that, so that only the one goes on. */
  function resumeOne(name: string, isPaused: boolean, by: Requester) {
    if (isPaused) {
      for (const other of repository.living())
        if (other.name !== name && !other.paused_at) repository.pause(other.name, by.actor);
    }
    repository.resume(name);
  }

  function cancelActive(left: number, by: Requester): Drain | null {
    const active = repository.activeDrain();
    if (!active) return null;
    const detail = { outcome: 'cancelled', left, drain: active.id };
    audit.record({ event: 'workers.drain_ended', outcome: 'ok', by, target: 'workers', detail });
    return repository.endDrain(active.id, 'cancelled', left);
  }

  function requireWorkers(name?: string) {
    const workers = repository.living();
    if (workers.length === 0) {
      throw new AppError(
        'no_workers',
        'No workers are registered. Entries wait safely in the queue until a worker starts. Start one with `npm run worker`.',
      );
    }
    if (name !== undefined) {
      if (workers.some((worker) => worker.name === name)) return;
      const known = workers.map((worker) => worker.name).join(', ');
      throw new AppError(
        'not_found',
        `There is no worker ${JSON.stringify(name.slice(0, 80))}. Known: ${known}.`,
      );
    }
    if (workers.every((worker) => worker.lost_at)) {
      throw new AppError(
        'no_workers',
        'No worker process answered. The embedding service may be stopped. Start it with `npm run worker`, then refresh.',
      );
    }
  }

  async function audited<T>(
    entry: { event: string; by: Requester; target: string; detail?: Record<string, unknown> },
    work: () => T,
  ): Promise<T> {
    try {
      const done = await untilFree(() =>
        repository.transaction(() => {
          const result = work();
          audit.record({ ...entry, outcome: 'ok' });
          return result;
        }),
      );
      bus.emit('workers');
      return done;
    } catch (error) {
      if (error instanceof AppError) {
        const detail = { ...entry.detail, code: error.code, message: error.message };
        await untilFree(() => audit.record({ ...entry, outcome: 'refused', detail }));
      }
      throw error;
    }
  }
}

/** `worker:embed-2`, or `workers` */
function targetOf(name: string | undefined): string {
  return name === undefined ? 'workers' : `worker:${name}`;
}

function checkTimeout(timeoutSec: number) {
  if (Number.isInteger(timeoutSec) && timeoutSec >= leastDrainSec && timeoutSec <= mostDrainSec) return;
  const message = `The time limit must be a whole number of seconds from ${leastDrainSec} to ${mostDrainSec}.`;
  throw new AppError('invalid_arguments', message, { problems: [{ field: 'timeout_sec', message }] });
}

function drainRunning({ started_by, timeout_sec, deadline_at }: Drain): AppError {
  return new AppError(
    'drain_running',
    `A drain of ${plural(timeout_sec, 'second')} by ${started_by} is running, until ${deadline_at}. Cancel it first, or let it end.`,
    { deadline_at },
  );
}
