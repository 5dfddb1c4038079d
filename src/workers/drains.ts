// Drains: the workers go on until the queue is empty or the time is over; then all are paused, and what is left is recorded.
import { type Requester, systemRequester } from '../core/audit.ts';
import { AppError } from '../core/errors.ts';
import { plural } from '../core/format.ts';
import type { Kernel } from '../core/kernel.ts';
import { type EmbeddingQueue, sumOf } from '../embedding/queue.ts';
import { workerActions } from './actions.ts';
import type { Audited } from './audited.ts';
import { requireWorkers } from './names.ts';
import { openKinds } from './paused-kinds.ts';
import type { WorkerRepository } from './repository.ts';
import {
  type Control,
  type Drain,
  forecastLeft,
  isQuiet,
  maxDrainSec,
  minDrainSec,
  nothingPaused,
  readPauses,
  speedOf,
} from './state.ts';

/** How many entries wait: of kinds that workers embed, and of paused ones, which a drain leaves. */
export type Waiting = { open: number; paused: number };

type Given = Pick<Kernel, 'audit' | 'now'> & {
  repository: WorkerRepository;
  queue: Pick<EmbeddingQueue, 'counts'>;
};

type DrainGiven = Given & Pick<Kernel, 'config'> & { audited: Audited };

export type Drains = ReturnType<typeof createDrains>;

export function createDrains({ config, repository, queue, audit, audited, now }: DrainGiven) {
  const reads = () => readPauses(repository);
  return {
    waiting,
    forecast,
    cancelActive,

    /** Throws `invalid_arguments`, `no_workers`, `drain_running`; `wrong_state` while a pause with a reason lasts. */
    async start(timeoutSec: number, by: Requester): Promise<Drain> {
      const { waiting, left } = await forecast(timeoutSec);
      const detail = { timeout_sec: timeoutSec, waiting, forecast_left: left };
      return audited({ event: workerActions.drain.name, by, target: 'workers', detail, reads }, () => {
        checkTimeout(timeoutSec);
        requireWorkers(config, repository.living());
        const running = repository.activeDrain();
        if (running) throw drainRunning(running);
        refusePauseWithReason(repository.control());
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
    async cancel(by: Requester): Promise<Drain> {
      const left = await waiting();
      return audited({ event: workerActions.cancelDrain.name, by, target: 'workers' }, () => {
        const cancelled = cancelActive(left, by);
        if (cancelled) return cancelled;
        throw new AppError('no_drain', 'No drain is running. There is nothing to cancel.');
      });
    },
  };

  function waiting(): Promise<Waiting> {
    return countWaiting({ repository, queue });
  }

  /** How many entries of kinds that are not paused wait, and how many of them a drain of `timeoutSec` will likely
   *  leave; and how many of paused kinds. */
  async function forecast(timeoutSec: number) {
    const { open, paused } = await waiting();
    return { waiting: open, paused, left: forecastLeft(open, speedOf(repository.living()), timeoutSec) };
  }

  /** Part of a transaction of its caller; null when no drain runs. */
  function cancelActive(left: Waiting, by: Requester): Drain | null {
    const active = repository.activeDrain();
    if (!active) return null;
    const detail = { outcome: 'cancelled', ...detailOf(left), drain: active.id };
    audit.record({ event: 'workers.drain_ended', outcome: 'ok', by, target: 'workers', detail });
    return repository.endDrain(active.id, 'cancelled', left);
  }
}

function checkTimeout(timeoutSec: number) {
  if (Number.isInteger(timeoutSec) && timeoutSec >= minDrainSec && timeoutSec <= maxDrainSec) return;
  const message = `The time limit must be a whole number of seconds from ${minDrainSec} to ${maxDrainSec}.`;
  throw new AppError('invalid_arguments', message, { problems: [{ field: 'timeout_sec', message }] });
}

/** A drain resumes the workers, which would end the pause without a word. */
function refusePauseWithReason({ paused_by, pause_reason }: Control) {
  if (pause_reason === null) return;
  const message = `The workers are paused by ${paused_by}: ${pause_reason} Resume them first, then drain.`;
  throw new AppError('wrong_state', message);
}

function drainRunning({ started_by, timeout_sec, deadline_at }: Drain): AppError {
  const message = `A drain of ${plural(timeout_sec, 'second')} by ${started_by} is running, until ${deadline_at}. Cancel it first, or let it end.`;
  return new AppError('drain_running', message, { deadline_at });
}

/** How long after its deadline a drain waits for the current batches, so that the count is exact. */
const settleMs = 15_000;

/** Does nothing while no drain runs or none is due. First stops new claims; ends the drain when no batch is left. */
export async function endDueDrain(given: Given) {
  const { repository, now } = given;
  const drain = repository.activeDrain();
  if (!drain) return;
  const { open } = await countWaiting(given);
  const overMs = now().getTime() - Date.parse(drain.deadline_at);
  if (open > 0 && overMs < 0) return;
  pauseAll(given, drain);
  const control = repository.control();
  const areAllQuiet = repository.living().every((worker) => isQuiet(worker, control));
  if (!areAllQuiet && overMs < settleMs) return;
  const left = await countWaiting(given);
  repository.transaction(() => recordEnd(given, drain, left));
}

async function countWaiting({ repository, queue }: Pick<Given, 'repository' | 'queue'>): Promise<Waiting> {
  const { pending } = await queue.counts();
  const open = sumOf(pending, openKinds(repository.pausedKinds()));
  return { open, paused: pending.total - open };
}

/** `left` for audit rows. */
function detailOf({ open, paused }: Waiting) {
  return { left: open, ...(paused > 0 ? { paused } : {}) };
}

function pauseAll({ repository, now }: Given, { id, started_by }: Drain) {
  repository.transaction(() => {
    if (repository.activeDrain()?.id !== id || repository.control().paused_at) return;
    repository.setControl({
      paused_at: now().toISOString(),
      paused_by: started_by,
      pause_reason: null,
      drain_id: id,
    });
  });
}

function recordEnd({ repository, audit }: Given, { id, forecast_left }: Drain, left: Waiting) {
  const outcome = left.open === 0 ? 'drained' : 'timed_out';
  if (!repository.endDrain(id, outcome, left)) return;
  const detail = { outcome, ...detailOf(left), drain: id, forecast_left };
  const entry = { event: 'workers.drain_ended', by: systemRequester, target: 'workers', detail };
  audit.record({ ...entry, outcome: 'ok' });
}
