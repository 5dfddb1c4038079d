// The embedding queue for card, figures, banners and API: pending and failed entries, rate, time left, outage.
import { shorten } from '../core/shorten.ts';
import type { QueueContext } from './parts.ts';

export type QueueView = Awaited<ReturnType<typeof viewQueue>>;

export async function viewQueue({
  queue,
  workers,
  telemetry,
}: Pick<QueueContext, 'queue' | 'workers' | 'telemetry'>) {
  const { pending, failed } = await queue.counts();
  const view = workers.view();
  const answering = view.workers.filter((worker) => worker.view !== 'lost');
  const ratePerMin = telemetry.embeddingRate();
  // A worker without entries does not ask the service again.
  const outages = (pending.total === 0 ? [] : answering).flatMap(({ outage_since, outage_error }) =>
    outage_since === null ? [] : [{ since: outage_since, message: shorten(outage_error ?? '') }],
  );
  return {
    pending,
    failed,
    oldestAt: await queue.oldestPendingAt(),
    /** Of workers and jobs together; null until the rate of a running job is measured. */
    ratePerMin,
    /** Null while the rate is zero or unknown. */
    etaSec: pending.total === 0 ? 0 : ratePerMin ? Math.round((pending.total / ratePerMin) * 60) : null,
    /** Workers answer, but all are paused and no job embeds. */
    isPaused:
      ratePerMin === 0 && answering.length > 0 && answering.every((worker) => worker.view === 'paused'),
    hasWorkers: answering.length > 0,
    workers: view.workers,
    /** The longest current outage of the embedding service; null when it answers. */
    outage: outages.sort((one, other) => one.since.localeCompare(other.since))[0] ?? null,
  };
}

/** The colour of the curves: empty, paused, stuck, moving. */
export function toneOfQueue({ pending, ratePerMin, isPaused }: QueueView): 'idle' | 'hold' | 'warn' | 'run' {
  if (pending.total === 0) return 'idle';
  if (isPaused) return 'hold';
  return ratePerMin === 0 ? 'warn' : 'run';
}

export type QueueBody = ReturnType<typeof queueBody>;

/** The queue as the API shows it. */
export function queueBody(view: QueueView, now: Date) {
  const { pending, failed, oldestAt, ratePerMin, etaSec, isPaused, outage } = view;
  return {
    pending,
    failed,
    oldest_pending_sec: oldestAt === null ? null : Math.round((now.getTime() - Date.parse(oldestAt)) / 1000),
    rate_per_min: ratePerMin,
    eta_sec: etaSec,
    paused: isPaused,
    outage,
  };
}
