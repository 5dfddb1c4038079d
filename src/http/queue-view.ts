// The embedding queue as card, figures, banners and API show it: what waits, how fast it empties, what holds it up.
import type { Services } from './services.ts';

export async function viewQueue({ queue, workers }: Pick<Services, 'queue' | 'workers'>) {
  const { pending, failed } = await queue.counts();
  const view = workers.view();
  const answering = view.workers.filter((worker) => worker.view !== 'lost');
  const ratePerMin = answering.reduce((sum, { rate_per_min }) => sum + rate_per_min, 0);
  const outages = answering.flatMap(({ outage_since, outage_error }) =>
    outage_since === null ? [] : [{ since: outage_since, message: outage_error ?? '' }],
  );
  return {
    pending,
    failed,
    oldestAt: await queue.oldestPendingAt(),
    ratePerMin,
    /** Null while nothing is embedded. */
    etaSec: pending.total === 0 ? 0 : ratePerMin > 0 ? Math.round((pending.total / ratePerMin) * 60) : null,
    /** Nobody takes anything now, though workers answer. */
    isPaused: answering.length > 0 && answering.every((worker) => worker.view === 'paused'),
    hasWorkers: answering.length > 0,
    /** The longest silence of the embedding service; null when it answers. */
    outage: outages.sort((one, other) => one.since.localeCompare(other.since))[0] ?? null,
  };
}
