// An OpenAI-compatible embedding service as a model: batches, retries, and who is at fault, the service or a text.
import { setTimeout as delay } from 'node:timers/promises';
import type { EmbeddingService } from '../core/config-embedding.ts';
import { proxyFor, proxySecrets } from '../core/network.ts';
import { maskerFor, readSecretFile } from '../core/secrets.ts';
import type { CountUsage } from '../cost-store/usage-item.ts';
import { type Embedder, EmbeddingOutage, type Model, ModelChange, type OutageCause } from './embedder.ts';
import { type Ask, createBatches } from './http-batches.ts';
import { BadReply } from '../core/outbound/body.ts';
import { endpointOf, HttpRefusal, requestVectors } from './http-request.ts';
import { remedyFor } from './remedy.ts';

export type HttpOptions = {
  /** For one request, from the connection to the last byte. */
  timeoutMs?: number;
  /** The waits before each retry of a request; after the last one the service counts as down. */
  retryMs?: readonly number[];
  /** A service that asks for a longer wait counts as down. */
  patienceMs?: number;
};

type Asking = Required<HttpOptions> & { countUsage: CountUsage };

const defaults = { timeoutMs: 60_000, retryMs: [500, 2000], patienceMs: 10_000 };
/** A text that every service can embed: if this one fails, the service is at fault. */
const probeText = 'probe';

/** Asks the service for the first time when it is opened; the vector of a probe gives the dimension. A service that changes
 *  it has another model, and is opened anew. */
export function createHttpModel(
  service: EmbeddingService,
  countUsage: CountUsage,
  options: HttpOptions = {},
): Model {
  let opened: Embedder | null = null;
  return {
    name: service.model,
    label: `${service.model} at ${endpointOf(service.url)}`,
    isLexical: false,
    get dimension() {
      return opened?.dimension ?? null;
    },
    async open() {
      opened ??= await openEmbedder(service, { ...defaults, ...options, countUsage }, () => {
        opened = null;
      });
      return opened;
    },
  };
}

async function openEmbedder(
  service: EmbeddingService,
  options: Asking,
  onOtherDimension: () => void,
): Promise<Embedder> {
  const ask: Ask = (texts) => requestWithRetries(service, texts, options);
  const askAll = createBatches(ask);
  const dimension = await measure(service, ask);
  return {
    name: service.model,
    version: '1',
    dimension,
    isLexical: false,
    probe,
    /** Some services answer a text that is too long as if they were down; then a probe decides who is at fault. */
    async embed(texts) {
      try {
        const vectors = await askAll(texts);
        const odd = vectors.find((vector) => vector.length !== dimension);
        if (!odd) return vectors;
        throw new BadReply(`it returned ${odd.length} numbers, not ${dimension}`);
      } catch (error) {
        if (error instanceof EmbeddingOutage) throw error;
        if (isRateLimited(error) && texts.length > 1) throw toOutage(error, service);
        await probe();
        if (isUnavailable(error) && texts.length === 1) throw toOutage(error, service, { reason: 'text' });
        throw new Error(
          `The embedding service could not embed the text: ${describeFailure(error, service)}.`,
        );
      }
    },
  };

  async function probe() {
    const current = await measure(service, ask);
    if (current === dimension) return;
    onOtherDimension();
    throw new ModelChange(
      `${service.model} now returns ${current} numbers, not ${dimension}, so everything must be embedded again.`,
    );
  }
}

/** Returns the dimension. Throws `EmbeddingOutage`. */
async function measure(service: EmbeddingService, ask: Ask): Promise<number> {
  const [vector] = await ask([probeText]).catch((error) => Promise.reject(toOutage(error, service)));
  return vector?.length ?? 0;
}

/** Throws `EmbeddingOutage` when no text can be at fault, else the last error. */
async function requestWithRetries(
  service: EmbeddingService,
  texts: string[],
  { timeoutMs, retryMs, patienceMs, countUsage }: Asking,
): Promise<Float32Array[]> {
  let first: unknown;
  for (let attempt = 0; ; attempt++) {
    try {
      return await requestVectors(service, { texts, timeoutMs, countUsage });
    } catch (error) {
      first ??= error;
      const backOffMs = retryMs[attempt];
      const askedMs = error instanceof HttpRefusal ? error.retryAfterMs : 0;
      const waitMs = Math.max(backOffMs ?? 0, askedMs);
      if (isWrongSetting(error)) throw toOutage(error, service);
      if (!isTransient(error, texts.length)) throw error;
      if (backOffMs === undefined || waitMs > patienceMs) {
        throw isUnreachable(error) ? toOutage(error, service, { first }) : error;
      }
      await delay(waitMs);
    }
  }
}

/** A redirect, or an answer that only other settings or another account change. */
function isWrongSetting(error: unknown): boolean {
  if (!(error instanceof HttpRefusal)) return false;
  return error.status < 400 || [401, 402, 403, 404, 405, 407].includes(error.status);
}

/** A retry may work. A time-out has taken long enough already, and a batch that is answered with 500 is better split. */
function isTransient(error: unknown, textCount: number): boolean {
  const isServerError = error instanceof HttpRefusal && error.status >= 500;
  if (isServerError && error.status === 500 && textCount > 1) return false;
  return isServerError || isUnavailable(error) || error instanceof TypeError;
}

/** The service is busy or not reachable, which says nothing about the texts. */
function isUnavailable(error: unknown): boolean {
  if (error instanceof HttpRefusal) return [408, 425, 429, 503].includes(error.status);
  return isUnreachable(error);
}

function isUnreachable(error: unknown): boolean {
  return ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'PROXY'].includes(causeOf(error).code ?? '');
}

function isRateLimited(error: unknown): boolean {
  return error instanceof HttpRefusal && error.status === 429;
}

type OutageFacts = { reason?: OutageCause; first?: unknown };

/** `first`: what the first of several attempts met, since the service may have gone down because of it. */
function toOutage(error: unknown, service: EmbeddingService, { reason, first = error }: OutageFacts = {}) {
  if (error instanceof EmbeddingOutage) return error;
  const [before, last] = [describeFailure(first, service), describeFailure(error, service)];
  const words = before === last ? last : `${before}, and now ${last}`;
  const message = `The embedding service at ${endpointOf(service.url)} cannot be used: ${words}. ${remedyFor(error, causeOf(error).code)}`;
  return new EmbeddingOutage(message, {
    reason: reason ?? (isRateLimited(error) ? 'busy' : 'service'),
    retryAfterMs: error instanceof HttpRefusal ? error.retryAfterMs : 0,
    words,
    isKeyRefused: error instanceof HttpRefusal && [401, 403].includes(error.status),
  });
}

const brokenCodes = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/** Describes the reason, to follow a colon. Masks the key and the proxy's login, which an answer or a broken header may repeat. */
function describeFailure(error: unknown, service: EmbeddingService): string {
  const { name, message } = error as Error;
  if (name === 'TimeoutError') {
    const proxy = proxyFor(endpointOf(service.url), service.network);
    return `it does not answer in time${proxy ? ` through the proxy ${proxy.host}` : ''}`;
  }
  const { code, message: reason = message } = causeOf(error);
  if (code === 'ECONNREFUSED') return 'nothing listens there';
  if (brokenCodes.has(code ?? '')) return 'it closed the connection before the end of its answer';
  const key = service.keyFile && readSecretFile(service.keyFile);
  return maskerFor([...(key ? [key] : []), ...proxySecrets(service.network)]).text(reason);
}

/** fetch reports the network failure in the cause of its error. */
function causeOf(error: unknown): { code?: string; message?: string } {
  return (error as { cause?: { code?: string; message?: string } }).cause ?? {};
}
