// What is known of the workers, and what follows from it: the state of each, whether it takes work, what a drain will
// leave. Pure.
import type { InferSelectModel } from 'drizzle-orm';
import type * as schema from '../core/db/ops-schema.ts';

export type WorkerRow = InferSelectModel<typeof schema.worker>;
export type Drain = InferSelectModel<typeof schema.drain>;
/** Whether all are paused by the operator, or by the drain that ended so. */
export type Control = { paused_at: string | null; paused_by: string | null; drain_id: number | null };
/** The job that changes the library's text; workers pause as long as it holds the lock. */
export type LibraryLock = { number: number; operation: string };

export type WorkerState = 'idle' | 'working' | 'paused' | 'draining' | 'stalled' | 'lost';

/** `drain`: the one that goes on, or the one that has paused the workers. */
export type WorkersView = {
  workers: (WorkerRow & { view: WorkerState })[];
  control: Control;
  lock: LibraryLock | null;
  drain: Drain | null;
};

/** What holds for all workers. */
type Situation = { control: Control; lock: LibraryLock | null; isDraining: boolean };

export const leastDrainSec = 10;
export const mostDrainSec = 3600;
export const usualDrainSec = 300;

/** No heartbeat for so long: the worker is lost. */
export const lostAfterMs = 15_000;
const stalledAfterMs = 120_000;

/** A worker with its state. Who is paused or lost embeds nothing, whatever it did within the last minute. */
export function viewOf(worker: WorkerRow, situation: Situation): WorkerRow & { view: WorkerState } {
  const view = stateOf(worker, situation);
  return view === 'paused' || view === 'lost' ? { ...worker, view, rate_per_min: 0 } : { ...worker, view };
}

/** A worker that is paused still finishes what it has in hand. */
export function stateOf(worker: WorkerRow, { control, lock, isDraining }: Situation): WorkerState {
  if (worker.lost_at) return 'lost';
  if (worker.stalled_at) return 'stalled';
  if (worker.state !== 'working' && (worker.paused_at || control.paused_at || lock)) return 'paused';
  if (isDraining) return 'draining';
  return worker.state === 'working' ? 'working' : 'idle';
}

/** Whether it can be sure to have nothing in hand since all were paused: what it said before may be outdated. */
export function isQuiet({ pid, lost_at, state, heartbeat_at }: WorkerRow, { paused_at }: Control): boolean {
  if (pid === null || lost_at) return true;
  return state === 'paused' && paused_at !== null && heartbeat_at > paused_at;
}

/** Busy without a completion for two minutes, or five times what nearly all of its batches took. */
export function isStalled({ state, current_since, p95_ms }: WorkerRow, now: Date): boolean {
  if (state !== 'working' || !current_since) return false;
  return now.getTime() - Date.parse(current_since) > stallLimitMs(p95_ms);
}

/** From then on a batch counts as stalled; after twice that the worker gives it up. `leastMs` is for tests. */
export function stallLimitMs(p95Ms: number | null, leastMs = stalledAfterMs): number {
  return Math.max(leastMs, 5 * (p95Ms ?? 0));
}

/** How many entries a minute the workers embed together while they have any; null when that was never measured. */
export function speedOf(workers: WorkerRow[]): number | null {
  const speeds = workers.flatMap(({ lost_at, speed_per_min }) =>
    lost_at || speed_per_min === null ? [] : [speed_per_min],
  );
  return speeds.length > 0 ? speeds.reduce((sum, speed) => sum + speed, 0) : null;
}

/** How many of `pending` entries a drain of `timeoutSec` will likely leave; null without a measured speed. */
export function forecastLeft(pending: number, speedPerMin: number | null, timeoutSec: number): number | null {
  if (pending === 0) return 0;
  if (speedPerMin === null) return null;
  return Math.max(0, Math.round(pending - (speedPerMin / 60) * timeoutSec));
}
