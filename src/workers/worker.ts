// The work of one worker: claims entries, embeds them, writes what came of it, and tells how it is. It takes nothing
// while it is held back, and never keeps a claim that it does not work on.
import { setTimeout as delay } from 'node:timers/promises';
import type { UntilFree } from '../core/db/busy-retry.ts';
import { embedClaims } from '../embedding/embed.ts';
import { type Embedder, EmbeddingOutage } from '../embedding/embedder.ts';
import type { Claim, EmbeddingQueue } from '../embedding/queue.ts';
import { AppError } from '../core/errors.ts';
import { duration } from '../core/format.ts';
import { createPace } from './pace.ts';
import { type Beat, firstBeat, type WorkerRepository } from './repository.ts';
import { stallLimitMs } from './state.ts';

export type WorkerOptions = {
  name: string;
  claimant: string;
  queue: EmbeddingQueue;
  model: Embedder;
  repository: Pick<WorkerRepository, 'isHeldBack' | 'beat' | 'end'>;
  untilFree: UntilFree;
  now: () => Date;
  /** Something people should read in the log. */
  say(words: string): void;
  pace?: Partial<typeof usualPace>;
};

/** What a turn came to: entries were settled, none is due, the worker is held back, or the embedder does not answer. */
type Turn = 'worked' | 'idle' | 'paused' | 'outage';

const usualPace = {
  /** Between two heartbeats, and between two tellings of progress. */
  beatMs: 2000,
  tellMs: 500,
  /** Between two looks whether there is something to do. */
  pollMs: 300,
  leaseMs: 30_000,
  batchMs: 500,
  batchMost: 512,
  outageLeastMs: 1000,
  outageMostMs: 30_000,
  /** Without a result for so long a batch stalls; for twice as long, it hangs. */
  stallMs: 120_000,
};

export function createWorker(options: WorkerOptions) {
  const { name, claimant, queue, model, repository, untilFree, now, say } = options;
  const usual = { ...usualPace, ...options.pace };
  const pace = createPace({
    nowMs: () => performance.now(),
    targetMs: usual.batchMs,
    mostEntries: usual.batchMost,
  });
  const told: Beat = { ...firstBeat };
  let toldAt = Number.NEGATIVE_INFINITY;
  /** For how long the embedder has had what is in hand, without the time in which this process was stopped. */
  let inHandMs = 0;
  let outageWaitMs = 0;
  let isStopping = false;
  /** Its row is no longer its own. */
  let hasLeft = false;
  let hasHung = false;
  let wake = () => {};

  return {
    /** Works until it is stopped, or another process has taken its name. Throws when the embedder hangs: nothing else
     *  ends what it does. */
    async run(): Promise<void> {
      const beats = setInterval(tell, usual.beatMs);
      try {
        tell();
        while (!isStopping) {
          const turn = await runOnce();
          // A turn that worked leaves room for heartbeats and signals, too.
          await wait(turn === 'worked' ? 0 : turn === 'outage' ? outageWaitMs : usual.pollMs);
        }
      } finally {
        clearInterval(beats);
      }
    },

    runOnce,

    /** Ends after the batch in hand. */
    stop() {
      isStopping = true;
      wake();
    },

    /** Gives back what it has claimed, and says goodbye; who hangs leaves that to the server, which tells of it. */
    async leave() {
      hasLeft = true;
      await queue.release(claimant);
      if (!hasHung) await untilFree(() => repository.end({ name, claimant }));
    },

    told: () => ({ ...told }),
  };

  async function runOnce(): Promise<Turn> {
    if (repository.isHeldBack(name)) return rest('paused');
    const request = { claimant, model, size: pace.batchSize(), leaseMs: usual.leaseMs };
    const claims = await queue.claim(request);
    const [first] = claims;
    if (!first) return rest('idle');
    if (isStopping || repository.isHeldBack(name)) {
      await queue.release(claimant);
      return rest('paused');
    }
    begin(first);
    return work(claims);
  }

  function begin({ id, title }: Claim) {
    const isFirst = told.state !== 'working';
    inHandMs = 0;
    const current = { current_id: id, current_title: title, current_since: now().toISOString() };
    Object.assign(told, { state: 'working', ...current });
    if (isFirst || performance.now() - toldAt >= usual.tellMs) tell();
  }

  async function work(claims: Claim[]): Promise<Turn> {
    const startedAt = performance.now();
    try {
      const settled = await untilHung(
        embedClaims({ queue, model, claimant, leaseMs: usual.leaseMs, onNext: begin }, claims),
      );
      told.processed += settled.embedded;
      told.failed += settled.failed;
      pace.add(claims.length, performance.now() - startedAt);
      endOutage();
      return 'worked';
    } catch (error) {
      if (!(error instanceof EmbeddingOutage)) throw error;
      beginOutage(error);
      return 'outage';
    }
  }

  /** An embedder that never answers cannot be stopped from here, so its process has to end: the entries it was given count
   *  as those of a worker that died. */
  async function untilHung<T>(embedding: Promise<T>): Promise<T> {
    const ended = new AbortController();
    try {
      return await Promise.race([embedding, hang(ended.signal)]);
    } finally {
      ended.abort();
    }
  }

  async function hang(signal: AbortSignal): Promise<never> {
    const limitMs = 2 * stallLimitMs(pace.p95Ms(), usual.stallMs);
    for (const stepMs = limitMs / 20; inHandMs < limitMs; inHandMs += stepMs) {
      await delay(stepMs, undefined, { signal });
    }
    hasHung = true;
    const limit = duration(limitMs / 1000);
    await queue.bury(claimant, `The embedder gave no result for this entry within ${limit}.`);
    throw new AppError('temporary', `The embedder gave no result for ${told.current_id} within ${limit}.`);
  }

  function rest(state: 'idle' | 'paused'): Turn {
    const hasChanged = told.state !== state;
    Object.assign(told, { state, current_id: null, current_title: null, current_since: null });
    if (hasChanged) tell();
    return state;
  }

  function tell() {
    if (hasLeft) return;
    toldAt = performance.now();
    told.rate_per_min = pace.ratePerMin();
    told.speed_per_min = pace.speedPerMin();
    told.p95_ms = pace.p95Ms();
    told.rss_bytes = process.memoryUsage.rss();
    untilFree(() => repository.beat({ name, claimant }, told)).then(
      (isOurs) => {
        if (isOurs || hasLeft) return;
        hasLeft = true;
        say(`Another process is ${name} now; this one ends.`);
        isStopping = true;
        wake();
      },
      (error: Error) => say(`The heartbeat could not be written: ${error.message}`),
    );
  }

  function beginOutage({ message, retryAfterMs = 0 }: EmbeddingOutage) {
    const doubled = Math.max(usual.outageLeastMs, outageWaitMs * 2);
    outageWaitMs = Math.max(retryAfterMs, Math.min(usual.outageMostMs, doubled));
    if (!told.outage_since) say(`The embedding service does not answer: ${message}`);
    Object.assign(told, { outage_since: told.outage_since ?? now().toISOString(), outage_error: message });
    rest('idle');
    tell();
  }

  function endOutage() {
    outageWaitMs = 0;
    if (!told.outage_since) return;
    Object.assign(told, { outage_since: null, outage_error: null });
    say('The embedding service answers again.');
    tell();
  }

  function wait(ms: number): Promise<void> {
    if (ms === 0) return new Promise((resolve) => setImmediate(resolve));
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (isStopping) wake();
    });
  }
}
