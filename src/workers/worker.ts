// One worker: takes turns until it is stopped, sends heartbeats meanwhile, and gives up an embedder that hangs. A turn claims
// a batch of entries, embeds it and stores the vectors; a worker that is held back claims nothing.
import { explain } from '../core/faults.ts';
import { setTimeout as delay, setImmediate } from 'node:timers/promises';
import type { UntilFree } from '../core/db/busy-retry.ts';
import { AppError } from '../core/errors.ts';
import { createLoop } from '../core/loop.ts';
import { currentTraceparent, runInherited } from '../core/trace.ts';
import { newTraceparent } from '../core/traceparent.ts';
import { embedClaims } from '../embedding/embed.ts';
import { type Embedder, EmbeddingOutage } from '../embedding/embedder.ts';
import type { Claim, EmbeddingQueue } from '../embedding/queue.ts';
import { createHangGuard, type HangGuard } from './hang-guard.ts';
import { createHeartbeat, type Heartbeat } from './heartbeat.ts';
import { createOutage, type Outage } from './outage.ts';
import { createPace, type Pace } from './pace.ts';
import type { WorkerRepository } from './repository.ts';
import { stalledAfterMs, stallLimitMs } from './state.ts';

type WorkerOptions = {
  name: string;
  claimant: string;
  queue: EmbeddingQueue;
  model: Embedder;
  repository: Pick<WorkerRepository, 'claimable' | 'beat' | 'end'>;
  untilFree: UntilFree;
  now: () => Date;
  /** Writes a line to the log of the process. */
  report: (line: string) => void;
  times: WorkerTimes;
  /** Runs with each heartbeat. */
  onBeat: () => void;
  /** Runs after a turn that found no entry due. */
  whenIdle: () => Promise<void>;
};

export function createWorker(options: WorkerOptions) {
  const { name, claimant, queue, repository, untilFree, report, times, onBeat } = options;
  const pace = createPace({
    nowMs: () => performance.now(),
    targetMs: times.batchMs,
    maxEntries: times.batchMax,
  });
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  /** `stop` ends it at once. */
  const rest = (ms: number) => delay(ms, undefined, { signal: stopping.signal }).catch(() => {});
  const heartbeat = createHeartbeat({ ...options, pace, onReplaced: stop });
  const outage = createOutage({ ...options, heartbeat });
  const hangs = createHangGuard({
    limitMs: () => 2 * stallLimitMs(pace.p95Ms(), times.stallMs),
    onHang: (limit) => giveUp(queue, claimant, heartbeat.current.current_id, limit),
  });
  const beats = createLoop({
    everyMs: times.beatMs,
    runOnce() {
      heartbeat.send();
      onBeat();
    },
    onError: (error) => report(`The heartbeat failed: ${explain(error)}`),
  });
  const runOnce = createTurn(options, { pace, heartbeat, outage, hangs }, stopping.signal);

  return {
    /** Works until it is stopped, or another process has taken its name. Throws when the embedder hangs. */
    async run(): Promise<void> {
      await beats.start();
      try {
        while (!stopping.signal.aborted) {
          const turn = await runOnce();
          // Heartbeats and signals get their turn after a turn that worked, too.
          if (turn === 'worked') await setImmediate();
          else await rest(turn === 'outage' ? outage.waitMs() : times.pollMs);
        }
      } finally {
        await beats.stop();
      }
    },

    runOnce,

    stop,

    /** Releases its claims and ends its row. After a hang the row is left to the server, which records the loss. */
    async leave() {
      heartbeat.leave();
      await queue.release(claimant);
      if (!hangs.hasHung()) await untilFree(() => repository.end({ name, claimant }));
    },

    lastBeat: () => ({ ...heartbeat.current }),
  };
}

/** How a turn ended: entries were settled, none is due, the worker is held back, or the embedder does not answer. */
type Turn = 'worked' | 'idle' | 'paused' | 'outage';

type TurnParts = { pace: Pace; heartbeat: Heartbeat; outage: Outage; hangs: HangGuard };

/** Gives a function that claims and embeds one batch, if it may and there is one. */
function createTurn(options: WorkerOptions, parts: TurnParts, stopping: AbortSignal) {
  const { pace, heartbeat, outage, hangs } = parts;
  const { name, claimant, queue, model, repository, now, times, whenIdle } = options;
  const work = { queue, model, claimant, leaseMs: times.leaseMs, onNext: begin };

  return async (): Promise<Turn> => {
    const kinds = repository.claimable(name);
    if (kinds.length === 0) return rest('paused');
    const { leaseMs } = times;
    const claims = await queue.claim({ claimant, model, size: pace.batchSize(), leaseMs, kinds });
    const [first] = claims;
    if (!first) {
      rest('idle');
      await inTrace(whenIdle);
      return 'idle';
    }
    // A pause may have come between.
    const stillOpen = repository.claimable(name);
    if (stopping.aborted || claims.some(({ kind }) => !stillOpen.includes(kind))) {
      await queue.release(claimant);
      return rest('paused');
    }
    begin(first);
    return embed(claims);
  };

  function begin({ id, title }: Claim) {
    const isFirst = heartbeat.current.state !== 'working';
    hangs.reset();
    const current = { current_id: id, current_title: title, current_since: now().toISOString() };
    heartbeat.set({ state: 'working', ...current });
    if (isFirst || heartbeat.msSinceSent() >= times.reportMs) heartbeat.send();
  }

  async function embed(claims: Claim[]): Promise<Turn> {
    const startedAt = performance.now();
    try {
      const isDoubtful = outage.isDoubtful();
      const settled = await hangs.run(inTrace(() => embedClaims({ ...work, isDoubtful }, claims)));
      const { processed, failed } = heartbeat.current;
      heartbeat.set({ processed: processed + settled.embedded, failed: failed + settled.failed });
      pace.add(claims.length, performance.now() - startedAt);
      outage.end();
      return 'worked';
    } catch (error) {
      if (!(error instanceof EmbeddingOutage)) throw error;
      outage.begin(error);
      pace.shrinkBatch();
      rest('idle');
      heartbeat.send();
      return 'outage';
    }
  }

  function rest(state: 'idle' | 'paused'): Turn {
    const hasChanged = heartbeat.current.state !== state;
    heartbeat.set({ state, current_id: null, current_title: null, current_since: null });
    if (hasChanged) heartbeat.send();
    return state;
  }
}

/** A batch has entries of many requests, so an embedding service sees each as a trace of its own. A worker that was started by
 *  hand within a trace stays in that one. */
function inTrace<T>(work: () => Promise<T>): Promise<T> {
  return runInherited(currentTraceparent() ?? newTraceparent(), work);
}

/** The claimed entries count as those of a worker that died. Gives the error to end with. */
async function giveUp(queue: EmbeddingQueue, claimant: string, entry: string | null, limit: string) {
  await queue.quarantine(claimant, `The embedder gave no result for this entry within ${limit}.`);
  return new AppError('temporary', `The embedder gave no result for ${entry} within ${limit}.`);
}

export type WorkerTimes = typeof workerTimes;

export const workerTimes = {
  /** Between two heartbeats, and the least time between two reports of progress. */
  beatMs: 2000,
  reportMs: 500,
  pollMs: 300,
  leaseMs: 30_000,
  /** How long a batch should take, and how many entries it may have. */
  batchMs: 500,
  batchMax: 512,
  /** Between two tries of an embedding service that does not answer. */
  outageMinMs: 1000,
  outageMaxMs: 30_000,
  /** A batch without a result for this long stalls; after twice that it hangs. */
  stallMs: stalledAfterMs,
  /** Between two looks whether the model still gives the same vectors. */
  recheckMs: 60_000,
};
