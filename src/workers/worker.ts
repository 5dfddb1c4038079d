// One worker: takes turns until it is stopped, sends heartbeats meanwhile, and gives up an embedder that hangs.
import type { UntilFree } from '../core/db/busy-retry.ts';
import { AppError } from '../core/errors.ts';
import { createLoop } from '../core/loop.ts';
import type { EmbeddingQueue } from '../embedding/queue.ts';
import { createHangGuard } from './hang-guard.ts';
import { createHeartbeat } from './heartbeat.ts';
import { createOutage } from './outage.ts';
import { createPace } from './pace.ts';
import type { WorkerRepository } from './repository.ts';
import { stallLimitMs } from './state.ts';
import { createTurn, type TurnOptions } from './turn.ts';
import type { WorkerTimes } from './worker-times.ts';

type WorkerOptions = TurnOptions & {
  repository: Pick<WorkerRepository, 'isHeldBack' | 'beat' | 'end'>;
  untilFree: UntilFree;
  /** Writes a line to the log of the process. */
  report: (line: string) => void;
  times: WorkerTimes;
};

export function createWorker(options: WorkerOptions) {
  const { name, claimant, queue, repository, untilFree, report, times } = options;
  const pace = createPace({
    nowMs: () => performance.now(),
    targetMs: times.batchMs,
    maxEntries: times.batchMax,
  });
  const sleeper = createSleeper();
  const heartbeat = createHeartbeat({ ...options, pace, onReplaced: sleeper.stop });
  const outage = createOutage({ ...options, heartbeat });
  const hangs = createHangGuard({
    limitMs: () => 2 * stallLimitMs(pace.p95Ms(), times.stallMs),
    onHang: (limit) => giveUp(queue, claimant, heartbeat.current.current_id, limit),
  });
  const beats = createLoop({
    everyMs: times.beatMs,
    runOnce: heartbeat.send,
    onError: (error) => report(`The heartbeat failed: ${(error as Error).message}`),
  });
  const isStopping = sleeper.isStopped;
  const runOnce = createTurn({ ...options, pace, heartbeat, outage, hangs, isStopping });

  return {
    /** Works until it is stopped, or another process has taken its name. Throws when the embedder hangs. */
    async run(): Promise<void> {
      await beats.start();
      try {
        while (!isStopping()) {
          const turn = await runOnce();
          // Heartbeats and signals get their turn after a turn that worked, too.
          await sleeper.sleep(turn === 'worked' ? 0 : turn === 'outage' ? outage.waitMs() : times.pollMs);
        }
      } finally {
        await beats.stop();
      }
    },

    runOnce,

    /** Ends after the current batch. */
    stop: sleeper.stop,

    /** Releases its claims and ends its row. After a hang the row is left to the server, which records the loss. */
    async leave() {
      heartbeat.leave();
      await queue.release(claimant);
      if (!hangs.hasHung()) await untilFree(() => repository.end({ name, claimant }));
    },

    lastBeat: () => ({ ...heartbeat.current }),
  };
}

/** The claimed entries count as those of a worker that died. Gives the error to end with. */
async function giveUp(queue: EmbeddingQueue, claimant: string, entry: string | null, limit: string) {
  await queue.quarantine(claimant, `The embedder gave no result for this entry within ${limit}.`);
  return new AppError('temporary', `The embedder gave no result for ${entry} within ${limit}.`);
}

/** Waits that `stop` ends at once. */
function createSleeper() {
  let isStopped = false;
  let wake = () => {};
  return {
    isStopped: () => isStopped,
    stop() {
      isStopped = true;
      wake();
    },
    sleep(ms: number): Promise<void> {
      if (ms === 0 || isStopped) return new Promise((resolve) => setImmediate(resolve));
      return new Promise((resolve) => {
        const timer = setTimeout(resolve, ms);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    },
  };
}
