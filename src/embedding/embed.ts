// Embeds entries from the queue: a batch of claims, for workers and `index`, or a whole selection.
import { setTimeout as delay } from 'node:timers/promises';
import { embeddedText } from '../library/content.ts';
import { type Embedder, EmbeddingOutage } from './embedder.ts';
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
  /** Runs before each claim of a failed batch is tried alone. */
  onNext: (claim: Claim) => void;
};

/** Embeds the claims and extends their lease meanwhile. When the batch fails, each entry is tried alone, so that a bad one
 *  does not stop the others. Throws `EmbeddingOutage` after releasing the rest; it counts no attempt. */
export async function embedClaims(work: Work, claims: Claim[]): Promise<Outcome> {
  const { queue, claimant, leaseMs } = work;
  // A lease that cannot be extended expires, and `complete` then skips the entry.
  const extend = () => void queue.extend(claimant, claims, leaseMs).catch(() => {});
  const hold = setInterval(extend, leaseMs / 3);
  try {
    return await embedTogether(work, claims);
  } catch (error) {
    await queue.release(claimant, claims);
    throw error;
  } finally {
    clearInterval(hold);
  }
}

type SelectionWork = Omit<Work, 'onNext'> & {
  repository: EmbeddingRepository;
  selection: Selection;
  /** Embeds entries with a current embedding, too. */
  full: boolean;
  onProgress: (done: number, total: number) => void;
};

/** Enqueues the entries of the selection without a current embedding, and embeds until none waits: failed ones, too, and
 *  without their back-off. Waits for entries that workers have claimed. Commits each batch. Returns how many entries this run
 *  or a worker embedded, and how many failed. */
export async function embedSelection(work: SelectionWork): Promise<Outcome> {
  const { queue, model, claimant, leaseMs, repository, selection, onProgress } = work;
  await queue.useModel(model);
  await queue.release(claimant);
  await enqueueStale(work);
  const failedBefore = repository.countFailed(selection);
  const total = repository.countWaiting(selection);
  const request = { claimant, model, size: batchSize, leaseMs, selection, isUrgent: true };
  for (let waiting = total; waiting > 0; waiting = repository.countWaiting(selection)) {
    onProgress(Math.max(0, total - waiting), total);
    const claims = await queue.claim(request);
    if (claims.length > 0) await embedClaims({ ...work, onNext: reportNothing }, claims);
    else await delay(pollMs);
  }
  onProgress(total, total);
  const failed = repository.countFailed(selection) - failedBefore;
  return { embedded: total - failed, failed };
}

/** A run reports the number of entries left, not the single entry. */
const reportNothing = () => {};

const batchSize = 256;
/** While only entries that workers have claimed are left. */
const pollMs = 200;

async function embedTogether(work: Work, claims: Claim[]): Promise<Outcome> {
  const { queue, model, claimant } = work;
  const vectors = await embedTexts(model, claims.map(embeddedText));
  if (!(vectors instanceof Error)) {
    const done = claims.map((claim, i) => ({ claim, vector: vectors[i] as Float32Array }));
    return { embedded: await queue.complete(claimant, model, done), failed: 0 };
  }
  if (claims.length === 1) {
    return { embedded: 0, failed: await queue.fail(claimant, claims, vectors.message) };
  }
  const sum = { embedded: 0, failed: 0 };
  for (const claim of claims) {
    work.onNext(claim);
    const { embedded, failed } = await embedTogether(work, [claim]);
    sum.embedded += embedded;
    sum.failed += failed;
  }
  return sum;
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

async function enqueueStale({ queue, model, repository, selection, full }: SelectionWork) {
  for (const page of repository.entryPages(selection, batchSize)) {
    await queue.enqueue(page.filter((entry) => full || currentVector(entry, model) === null));
  }
}
