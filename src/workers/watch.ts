// Finds lost and stalled workers, and ends a drain when it is due. It never waits for a busy database: it looks again.
import { isBusy } from '../core/db/busy-retry.ts';
import type { Kernel } from '../core/kernel.ts';
import { createLoop } from '../core/loop.ts';
import type { EmbeddingQueue } from '../embedding/queue.ts';
import { endDueDrain } from './drains.ts';
import { createLosses } from './losses.ts';
import type { WorkerRepository } from './repository.ts';
import { lostAfterMs, type WorkerRow } from './state.ts';

/** `lookMs` between two looks; without a heartbeat for `lostMs` a worker is lost. */
export const watchTimes = { lookMs: 1000, lostMs: lostAfterMs };
/** After such a gap the server itself was stopped or asleep, so the silence of workers proves nothing. */
const absentMs = 5000;

type Given = Pick<Kernel, 'audit' | 'bus' | 'log' | 'untilFree' | 'now'> & {
  repository: WorkerRepository;
  queue: Pick<EmbeddingQueue, 'release' | 'quarantine' | 'counts'>;
  times: typeof watchTimes;
};

export function createWorkerWatch(given: Given) {
  const { repository, queue, bus, log, untilFree, now, times } = given;
  const losses = createLosses({ ...given, lostMs: times.lostMs });
  let shown = '';
  let lookedAt = now().getTime();
  const loop = createLoop({
    everyMs: times.lookMs,
    runOnce: look,
    onError(error) {
      if (isBusy(error)) return;
      log.error({ err: error }, 'the workers could not be checked; tried again soon');
    },
  });

  return {
    /** Settles the workers of a former server, and looks once. */
    async catchUp() {
      await settleFormer();
      await loop.runNow();
    },
    /** As `catchUp`, and looks every second from then on. */
    async start() {
      await settleFormer();
      await loop.start();
    },
    runOnce: loop.runOnce,
    /** Called by the pool when the process of this worker has ended. */
    reportEnd(name: string, reason: string) {
      losses.reportEnd(name, reason);
      void loop.runNow();
    },
    stop: loop.stop,
  };

  /** Claims that cannot be released now are free when their leases end. */
  async function settleFormer() {
    for (const worker of repository.living()) {
      if (worker.owner !== 'server') continue;
      await queue.release(worker.claimant).catch((error: unknown) => {
        log.warn({ err: error, worker: worker.name }, 'the claims of a former worker end with their leases');
      });
      await untilFree(() => repository.end(worker));
    }
  }

  function pauses() {
    return [repository.control(), repository.pausedKinds(), repository.libraryLock()];
  }

  async function look() {
    const wasAbsent = now().getTime() - lookedAt > absentMs;
    lookedAt = now().getTime();
    if (wasAbsent) return;
    for (const worker of losses.reported()) await losses.check(worker);
    for (const worker of repository.living()) await losses.check(worker);
    await endDueDrain(given);
    const workers = repository.living().map(shownOf);
    const current = JSON.stringify([workers, ...pauses()]);
    if (current === shown) return;
    shown = current;
    bus.emit('workers');
  }
}

/** Without what changes all the time and is shown nowhere. */
function shownOf({ heartbeat_at, rss_bytes, speed_per_min, p95_ms, ...shown }: WorkerRow) {
  return shown;
}
