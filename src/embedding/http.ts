// An OpenAI-compatible embedding service (Ollama, llama.cpp, vLLM, OpenAI) as a model. Sends texts in batches, retries with
// back-off, and tells an outage from a text that the service refuses.
import { setTimeout as delay } from 'node:timers/promises';
import type { EmbeddingService } from '../core/config.ts';
import { type Embedder, EmbeddingOutage, type Model } from './embedder.ts';
import { describeFailure, isTransient, isUnavailable, isWrongSetting, toOutage } from './http-failure.ts';
import { BadReply } from './http-reply.ts';
import { endpointOf, HttpRefusal, requestVectors } from './http-request.ts';

export type HttpOptions = {
  /** For one request, from the connection to the last byte. */
  timeoutMs?: number;
  /** The waits before each retry of a request; after the last one the service counts as down. */
  retryMs?: readonly number[];
  /** A service that asks for a longer wait counts as down. */
  patienceMs?: number;
};

const defaults = { timeoutMs: 60_000, retryMs: [500, 2000], patienceMs: 10_000 };
/** Texts a request. */
const batchSize = 64;
/** A text that every service can embed: if this one fails, the service is at fault. */
const probeText = 'probe';

/** Asks the service for the first time when it is opened; the vector of a probe tells the dimension. */
export function createHttpModel(service: EmbeddingService, options: HttpOptions = {}): Model {
  let opened: Embedder | null = null;
  return {
    name: service.model,
    label: `${service.model} at ${endpointOf(service.url)}`,
    isLexical: false,
    get dimension() {
      return opened?.dimension ?? null;
    },
    async open() {
      opened ??= await openEmbedder(service, { ...defaults, ...options });
      return opened;
    },
  };
}

type Ask = (texts: string[]) => Promise<Float32Array[]>;

async function openEmbedder(service: EmbeddingService, options: Required<HttpOptions>): Promise<Embedder> {
  const ask: Ask = (texts) => requestWithRetries(service, texts, options);
  const dimension = await probe(service, ask);
  return {
    name: service.model,
    version: '1',
    dimension,
    isLexical: false,
    async embed(texts) {
      const vectors: Float32Array[] = [];
      for (let at = 0; at < texts.length; at += batchSize) {
        vectors.push(...(await embedBatch(service, ask, dimension, texts.slice(at, at + batchSize))));
      }
      return vectors;
    },
  };
}

/** Returns the dimension. Throws `EmbeddingOutage`. */
async function probe(service: EmbeddingService, ask: Ask): Promise<number> {
  const [vector] = await ask([probeText]).catch((error) => Promise.reject(toOutage(error, service)));
  return vector?.length ?? 0;
}

/** Some services answer a text that is too long as if they were down; then a probe decides who is at fault. */
async function embedBatch(service: EmbeddingService, ask: Ask, dimension: number, texts: string[]) {
  try {
    const vectors = await ask(texts);
    const odd = vectors.find((vector) => vector.length !== dimension);
    if (!odd) return vectors;
    throw new BadReply(`it returned ${odd.length} numbers, not ${dimension}`);
  } catch (error) {
    if (error instanceof EmbeddingOutage) throw error;
    const current = await probe(service, ask);
    if (current === dimension) {
      throw new Error(`The embedding service could not embed the text: ${describeFailure(error, service)}.`);
    }
    throw new EmbeddingOutage(
      `${service.model} now returns ${current} numbers, not ${dimension}. Restart the workers to embed everything again.`,
    );
  }
}

/** Throws `EmbeddingOutage` when no text can be at fault, else the last error. */
async function requestWithRetries(
  service: EmbeddingService,
  texts: string[],
  { timeoutMs, retryMs, patienceMs }: Required<HttpOptions>,
): Promise<Float32Array[]> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await requestVectors(service, texts, timeoutMs);
    } catch (error) {
      const backOffMs = retryMs[attempt];
      const askedMs = error instanceof HttpRefusal ? (error.retryAfterMs ?? 0) : 0;
      const waitMs = Math.max(backOffMs ?? 0, askedMs);
      if (isWrongSetting(error)) throw toOutage(error, service);
      if (!isTransient(error)) throw error;
      if (backOffMs === undefined || waitMs > patienceMs) {
        throw isUnavailable(error) ? toOutage(error, service) : error;
      }
      await delay(waitMs);
    }
  }
}
