// Pure rules on workers: the state of each, whether it claims entries, what a drain will leave.
import type { InferSelectModel } from 'drizzle-orm';
import type * as schema from '../core/db/ops-schema.ts';
import { openKinds, type PausedKinds } from './paused-kinds.ts';

export type WorkerRow = InferSelectModel<typeof schema.worker>;
export type Drain = InferSelectModel<typeof schema.drain>;
/** Whether the operator, the server for a reason, or the end of a drain has paused all workers. */
export type Control = {
  paused_at: string | null;
  paused_by: string | null;
  pause_reason: string | null;
  drain_id: number | null;
};
/** The job that changes the library's text, or a maintenance window; workers pause while it holds the lock. */
export type LibraryLock =
  | { window: null; ends_at: null; number: number; operation: string }
  | { window: number; ends_at: string; number: null; operation: null };

export type WorkerState = 'idle' | 'working' | 'paused' | 'draining' | 'stalled' | 'lost';

/** `drain`: the active one, or the one that has paused the workers. */
export type WorkersView = {
  workers: (WorkerRow & { view: WorkerState })[];
  control: Control;
  pausedKinds: PausedKinds;
  lock: LibraryLock | null;
  drain: Drain | null;
};

type Situation = {
  control: Control;
  pausedKinds: PausedKinds;
  lock: LibraryLock | null;
  isDraining: boolean;
};

export const nothingPaused: Control = {
  paused_at: null,
  paused_by: null,
  pause_reason: null,
  drain_id: null,
};

type Pauses = { control(): Control; living(): WorkerRow[] };

/** Reads the pause of all workers, and of each that is paused by itself, for audit rows. */
export function readPauses(workers: Pauses) {
  const pauseOf = ({ paused_at, paused_by }: Pick<Control, 'paused_at' | 'paused_by'>) =>
    paused_at === null ? null : { paused_at, paused_by };
  const paused = workers.living().filter(({ paused_at }) => paused_at !== null);
  const control = workers.control();
  const all = pauseOf(control);
  return {
    all: all && control.pause_reason !== null ? { ...all, reason: control.pause_reason } : all,
    workers: paused.map((worker) => ({ name: worker.name, ...pauseOf(worker) })),
  };
}

export const minDrainSec = 10;
export const maxDrainSec = 3600;
export const defaultDrainSec = 300;

/** A worker without a heartbeat for this long is lost. */
export const lostAfterMs = 15_000;
/** A batch without a result for this long stalls, unless batches usually take long. */
export const stalledAfterMs = 120_000;

/** A worker with its state. A paused or lost worker has no rate, whatever it embedded within the last minute. */
export function viewOf(worker: WorkerRow, situation: Situation): WorkerRow & { view: WorkerState } {
  const view = stateOf(worker, situation);
  return view === 'paused' || view === 'lost' ? { ...worker, view, rate_per_min: 0 } : { ...worker, view };
}

/** A paused worker counts as working until its batch is finished. */
export function stateOf(worker: WorkerRow, situation: Situation): WorkerState {
  const { control, pausedKinds, lock } = situation;
  if (worker.lost_at) return 'lost';
  if (worker.stalled_at) return 'stalled';
  const isHeldBack = worker.paused_at || control.paused_at || lock || openKinds(pausedKinds).length === 0;
  if (worker.state !== 'working' && isHeldBack) return 'paused';
  if (situation.isDraining) return 'draining';
  return worker.state === 'working' ? 'working' : 'idle';
}

/** Whether it certainly has no batch since all were paused: an older heartbeat may be outdated. */
export function isQuiet({ pid, lost_at, state, heartbeat_at }: WorkerRow, { paused_at }: Control): boolean {
  if (pid === null || lost_at) return true;
  return state === 'paused' && paused_at !== null && heartbeat_at > paused_at;
}

export function isStalled({ state, current_since, p95_ms }: WorkerRow, now: Date): boolean {
  if (state !== 'working' || !current_since) return false;
  return now.getTime() - Date.parse(current_since) > stallLimitMs(p95_ms, stalledAfterMs);
}

/** A batch stalls after `minMs`, or five times the 95th percentile; after twice that the worker gives it up. */
export function stallLimitMs(p95Ms: number | null, minMs: number): number {
  return Math.max(minMs, 5 * (p95Ms ?? 0));
}

/** Entries a minute that the workers embed together while they have any; null when that was never measured. */
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
