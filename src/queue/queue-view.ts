// The embedding queue as card, figures, banners and API show it: what waits, how fast it empties, what holds it up.
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
  const outages = answering.flatMap(({ outage_since, outage_error }) =>
    outage_since === null ? [] : [{ since: outage_since, message: outage_error ?? '' }],
  );
  return {
    pending,
    failed,
    oldestAt: await queue.oldestPendingAt(),
    /** Of workers and jobs; null while that of a job is not measured yet. */
    ratePerMin,
    /** Null while nothing is embedded. */
    etaSec: pending.total === 0 ? 0 : ratePerMin ? Math.round((pending.total / ratePerMin) * 60) : null,
    /** Nobody takes anything now, though workers answer. */
    isPaused:
      ratePerMin === 0 && answering.length > 0 && answering.every((worker) => worker.view === 'paused'),
    hasWorkers: answering.length > 0,
    workers: view.workers,
    /** The longest silence of the embedding service; null when it answers. */
    outage: outages.sort((one, other) => one.since.localeCompare(other.since))[0] ?? null,
  };
}

/** In which colour its curves are: nothing waits, it is held on purpose, it should move and does not, it moves. */
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
