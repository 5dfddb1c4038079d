// Waits for an embedding service that went down during a run, within limits.
import { setTimeout as delay } from 'node:timers/promises';
import { formatDuration } from '../core/format.ts';
import { type Embedder, EmbeddingOutage, ModelChange } from './embedder.ts';

export type Patience = typeof runPatience;

export const runPatience = {
  /** Between two probes; doubles from the first to the second. */
  minWaitMs: 1000,
  maxWaitMs: 15_000,
  /** A run ends when the service is down for longer. */
  maxOutageMs: 120_000,
};

/** Probes until the service answers. Throws the outage when it lasts longer, and at once when the model is another one. */
export async function untilServiceAnswers(
  model: Pick<Embedder, 'probe'>,
  first: EmbeddingOutage,
  { minWaitMs, maxWaitMs, maxOutageMs }: Patience,
  report: (line: string) => void,
): Promise<void> {
  const deadline = performance.now() + maxOutageMs;
  let outage: EmbeddingOutage | null = first;
  for (let waitMs = minWaitMs; outage; waitMs = Math.min(waitMs * 2, maxWaitMs)) {
    const nextMs = Math.max(waitMs, outage.retryAfterMs);
    if (outage instanceof ModelChange || performance.now() + nextMs > deadline) throw outage;
    report(`${outage.message} Trying again in ${formatDuration(nextMs / 1000)}.`);
    await delay(nextMs);
    outage = await probeFor(model);
  }
}

/** The outage that the probe meets, or null. */
async function probeFor(model: Pick<Embedder, 'probe'>): Promise<EmbeddingOutage | null> {
  try {
    await model.probe();
    return null;
  } catch (error) {
    if (error instanceof EmbeddingOutage) return error;
    throw error;
  }
}
