// The embedding queue for card, figures, banners and API: pending and failed entries, rate, time left, outage.
import { shorten } from '../core/shorten.ts';
import { sumOf } from '../embedding/queue.ts';
import { kinds } from '../library/content.ts';
import { describePausedKinds, openKinds, pausedAmong } from '../workers/paused-kinds.ts';
import type { WorkersView } from '../workers/state.ts';
import type { QueueContext } from './parts.ts';
import type { Paused } from './paused-words.ts';
import { readDriver } from './queue-driver.ts';
import { kindBody, viewKinds } from './queue-kinds.ts';

export type QueueView = Awaited<ReturnType<typeof viewQueue>>;

export async function viewQueue({
  queue,
  workers,
  telemetry,
}: Pick<QueueContext, 'queue' | 'workers' | 'telemetry'>) {
  const { pending, failed } = await queue.counts();
  const view = workers.view();
  const closed = view.pausedKinds;
  /** The entries that workers embed. */
  const open = sumOf(pending, openKinds(closed));
  const answering = view.workers.filter((worker) => worker.view !== 'lost');
  const ratePerMin = telemetry.embeddingRate();
  const waitingKinds = kinds.filter((kind) => sumOf(pending, [kind]) > 0);
  const closedWaiting = pausedAmong(waitingKinds, closed);
  const paused: Paused = {
    workers: areWorkersPaused(view),
    kinds: waitingKinds.filter((kind) => closedWaiting[kind]),
  };
  // A worker without entries does not ask the service again.
  const outages = (open === 0 ? [] : answering).flatMap(({ outage_since, outage_error }) =>
    outage_since === null ? [] : [{ since: outage_since, message: shorten(outage_error ?? '') }],
  );
  return {
    pending,
    failed,
    oldestAt: await queue.oldestPendingAt(),
    /** Of workers and jobs together; null until the rate of a running job is measured. */
    ratePerMin,
    /** The entries of paused kinds do not count; null while the rate is zero or unknown, and while only paused ones wait. */
    etaSec: pending.total === 0 ? 0 : ratePerMin && open > 0 ? Math.round((open / ratePerMin) * 60) : null,
    /** Workers answer, but no job embeds, and all workers are paused or every waiting entry is of a paused kind. */
    isPaused:
      ratePerMin === 0 &&
      answering.length > 0 &&
      (answering.every((worker) => worker.view === 'paused') || (pending.total > 0 && open === 0)),
    /** `Manuals are paused`: why every waiting entry waits; null for another reason, such as paused workers. */
    kindsPaused:
      pending.total > 0 && open === 0 && !paused.workers ? describePausedKinds(closedWaiting) : null,
    /** The pauses that must end before every waiting entry is embedded. */
    paused,
    open,
    pausedKinds: closed,
    hasWorkers: answering.length > 0,
    workers: view.workers,
    kinds: viewKinds(pending, failed, closed),
    /** The longest current outage of the embedding service; null when it answers. */
    outage: outages.sort((one, other) => one.since.localeCompare(other.since))[0] ?? null,
  };
}

/** By a person, the server or a drain, and not only while a job or a maintenance window holds the library. */
function areWorkersPaused({ workers, control }: WorkersView): boolean {
  if (control.paused_at !== null) return true;
  const answering = workers.filter(({ lost_at }) => lost_at === null);
  return answering.length > 0 && answering.every(({ paused_at }) => paused_at !== null);
}

/** The colour of the curves: empty, paused, stuck, moving. */
export function toneOfQueue({ pending, ratePerMin, isPaused }: QueueView): 'idle' | 'hold' | 'warn' | 'run' {
  if (pending.total === 0) return 'idle';
  if (isPaused) return 'hold';
  return ratePerMin === 0 ? 'warn' : 'run';
}

type BodySources = Pick<QueueContext, 'config' | 'queue' | 'workers' | 'telemetry' | 'rates' | 'now'>;

export type QueueBody = Awaited<ReturnType<typeof readQueueBody>>;

/** The queue as the API shows it. */
export async function readQueueBody(ctx: BodySources) {
  const view = await viewQueue(ctx);
  const now = ctx.now();
  const rates = ctx.rates();
  const { pending, failed, oldestAt, ratePerMin, etaSec, isPaused, outage, kinds } = view;
  return {
    pending,
    failed,
    oldest_pending_sec: oldestAt === null ? null : Math.round((now.getTime() - Date.parse(oldestAt)) / 1000),
    rate_per_min: ratePerMin,
    eta_sec: etaSec,
    paused: isPaused,
    workers_paused: view.paused.workers,
    outage,
    kinds: kinds.map((kind) => kindBody(kind, rates)),
    driver: readDriver(ctx.config, view.workers),
  };
}
