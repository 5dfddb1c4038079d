// Embeds entries from the queue: a batch of claims, for workers and `index`, or a whole selection.
import { setTimeout as delay } from 'node:timers/promises';
import { embeddedText } from '../library/content.ts';
import { createBatchSize } from './batch-size.ts';
import { type Embedder, EmbeddingOutage } from './embedder.ts';
import { type Patience, untilServiceAnswers } from './outage-wait.ts';
import type { Claim, EmbeddingQueue, Selection } from './queue.ts';
import { currentVector, type EmbeddingRepository } from './repository.ts';
import { scaleToUnit } from './vector.ts';

/** `failed` counts failed attempts. */
type Outcome = { embedded: number; failed: number };

type Work = {
  queue: EmbeddingQueue;
  model: Embedder;
  claimant: string;
  leaseMs: number;
  /** The last batch met an outage. Then a probe comes first, and another outage is the fault of these claims. */
  isDoubtful: boolean;
  /** Runs before each part of a failed batch, with its first claim. */
  onNext: (claim: Claim) => void;
};

/** Embeds the claims and extends their lease meanwhile. A batch that fails is split until the entries at fault are alone.
 *  Throws `EmbeddingOutage` after releasing the rest; it counts no attempt, unless the service answered a probe just
 *  before: then these entries are claimed alone from now on, and one that ends the service each time fails. */
export async function embedClaims(work: Work, claims: Claim[]): Promise<Outcome> {
  const { queue, model, claimant, leaseMs } = work;
  // A lease that cannot be extended expires, and `complete` then skips the entry.
  const extend = () => void queue.extend(claimant, claims, leaseMs).catch(() => {});
  const hold = setInterval(extend, leaseMs / 3);
  try {
    const isProbed = work.isDoubtful || claims.some(({ attempt }) => attempt > 1);
    if (isProbed) await model.probe();
    return await embedTogether(work, claims, isProbed);
  } catch (error) {
    await queue.release(claimant, claims);
    throw error;
  } finally {
    clearInterval(hold);
  }
}

type SelectionWork = Omit<Work, 'onNext' | 'isDoubtful'> & {
  repository: EmbeddingRepository;
  selection: Selection;
  /** Embeds entries with a current embedding, too. */
  full: boolean;
  patience: Patience;
  onProgress: (done: number, total: number) => void;
  /** The largest batch that the settings allow. */
  batchMax: number;
  /** Writes a line to the log of the run. */
  report: (line: string) => void;
};

/** Enqueues the entries of the selection without a current embedding, and embeds until none waits: failed ones, too, and
 *  without their back-off. Waits for entries that workers have claimed, and for a service that is down for a short time.
 *  Commits each batch. Returns how many entries this run or a worker embedded, and how many failed. */
export async function embedSelection(work: SelectionWork): Promise<Outcome> {
  const { queue, model, claimant, leaseMs, repository, selection, onProgress } = work;
  await queue.useModel(model);
  await queue.release(claimant);
  // Workers may embed or fail some of them before the last is enqueued.
  const total = await enqueueStale(work);
  const request = { claimant, model, leaseMs, selection, isUrgent: true };
  const embedBatch = createBatchRun(work);
  const countWaiting = () => repository.countWaiting(selection);
  for (let waiting = countWaiting(); waiting > 0; waiting = countWaiting()) {
    onProgress(Math.max(0, total - waiting), total);
    const claims = await queue.claim({ ...request, size: embedBatch.size() });
    if (claims.length > 0) await embedBatch.run(claims);
    else await delay(pollMs);
  }
  onProgress(total, total);
  // Every failed entry was enqueued, so each that has failed now has failed in this run.
  const failed = repository.countFailed(selection);
  return { embedded: Math.max(0, total - failed), failed };
}

/** How long a batch of a run should take, and how many entries it may have. */
const batch = { targetMs: 2000, maxEntries: 256 };
/** While only entries that workers have claimed are left. */
const pollMs = 200;

/** A run adapts its batches to the speed of the service, as a worker does. */
function createBatchRun(work: SelectionWork) {
  const maxEntries = Math.min(batch.maxEntries, work.batchMax);
  const size = createBatchSize({ ...batch, maxEntries });
  let isDoubtful = false;
  return {
    size: size.current,

    /** Throws the outage of a service that is down for too long. */
    async run(claims: Claim[]) {
      const startedAt = performance.now();
      try {
        await embedClaims({ ...work, isDoubtful, onNext: reportNothing }, claims);
        size.add(claims.length, performance.now() - startedAt);
        isDoubtful = false;
      } catch (error) {
        if (!(error instanceof EmbeddingOutage)) throw error;
        size.shrink();
        await untilServiceAnswers(work.model, error, work.patience, work.report);
        isDoubtful = error.reason !== 'busy';
      }
    },
  };
}

/** A run reports the number of entries left, not the single entry. */
const reportNothing = () => {};

async function embedTogether(work: Work, claims: Claim[], isProbed: boolean): Promise<Outcome> {
  const { queue, model, claimant } = work;
  const vectors = await embedTexts(model, claims.map(embeddedText)).catch(async (outage: EmbeddingOutage) => {
    const areAtFault = outage.reason === 'text' || (isProbed && outage.reason === 'service');
    if (areAtFault) await queue.quarantine(claimant, describeEnd(outage), claims);
    throw outage;
  });
  if (!(vectors instanceof Error)) {
    const done = claims.map((claim, i) => ({ claim, vector: vectors[i] as Float32Array }));
    return { embedded: await queue.complete(claimant, model, done), failed: 0 };
  }
  if (claims.length === 1) {
    return { embedded: 0, failed: await queue.fail(claimant, claims, vectors.message) };
  }
  const half = Math.ceil(claims.length / 2);
  const sum = { embedded: 0, failed: 0 };
  for (const part of [claims.slice(0, half), claims.slice(half)]) {
    work.onNext(part[0] as Claim);
    const { embedded, failed } = await embedTogether(work, part, isProbed);
    sum.embedded += embedded;
    sum.failed += failed;
  }
  return sum;
}

function describeEnd({ words }: EmbeddingOutage): string {
  return `The embedding service answers other texts, but fails with this one: ${words}.`;
}

/** Returns the vectors, or the error of one of the texts. Throws `EmbeddingOutage`. */
async function embedTexts(model: Embedder, texts: string[]): Promise<Float32Array[] | Error> {
  try {
    const vectors = await model.embed(texts);
    const isUsable = (one: Float32Array) => one.length === model.dimension && scaleToUnit(one) !== null;
    const isWhole = vectors.length === texts.length && vectors.every(isUsable);
    return isWhole
      ? vectors
      : new Error(`${model.name} did not return ${model.dimension} numbers for the text.`);
  } catch (error) {
    if (error instanceof EmbeddingOutage) throw error;
    return error as Error;
  }
}

/** Gives how many entries are to be embedded. */
async function enqueueStale({ queue, model, repository, selection, full }: SelectionWork): Promise<number> {
  let enqueued = 0;
  for (const page of repository.entryPages(selection, batch.maxEntries)) {
    const stale = page.filter((entry) => full || currentVector(entry, model) === null);
    await queue.enqueue(stale);
    enqueued += stale.length;
  }
  return enqueued;
}
