// An embedding service that speaks as OpenAI does (Ollama, llama.cpp, vLLM, OpenAI). It asks for batches, waits where the
// service says so, and tells an outage from a text that the service refuses. The key never leaves this file but as a header.
import fs from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { EmbeddingService } from '../core/config.ts';
import { maskerFor } from '../core/secrets.ts';
import { type Embedder, EmbeddingOutage, type Model } from './embedder.ts';
import { BadReply, readVectors } from './http-reply.ts';

export type HttpOptions = {
  /** For one request, from the connection to the last byte. */
  timeoutMs?: number;
  /** Before the second, the third, … time that the same is asked; after the last the service counts as down. */
  retryMs?: readonly number[];
  /** A service that wants to be left alone for longer than this counts as down. */
  patienceMs?: number;
};

/** Texts a request. */
const batchSize = 64;
const usual = { timeoutMs: 60_000, retryMs: [500, 2000], patienceMs: 10_000 };
/** Every service can embed this one: when it cannot, no text is at fault. */
const probeText = 'probe';

/** The service is asked first when it is opened: for one text, whose vector says how many numbers all have. */
export function createHttpModel(service: EmbeddingService, options: HttpOptions = {}): Model {
  let opened: Embedder | null = null;
  return {
    name: service.model,
    words: `${service.model} at ${endpointOf(service.url)}`,
    isLexical: false,
    get dimension() {
      return opened?.dimension ?? null;
    },
    async open() {
      opened ??= await openEmbedder(service, { ...usual, ...options });
      return opened;
    },
  };
}

/** What is asked: the address as it stands when it ends with /embeddings, else below its /v1, which is added if need be. */
export function endpointOf(url: string): string {
  const base = url.replace(/\/+$/, '');
  if (base.endsWith('/embeddings')) return base;
  return /\/v\d+$/.test(base) ? `${base}/embeddings` : `${base}/v1/embeddings`;
}

async function openEmbedder(service: EmbeddingService, options: Required<HttpOptions>): Promise<Embedder> {
  const ask = createAsk(service, options);
  const probe = () => ask([probeText]).catch((error) => Promise.reject(toOutage(error, service)));
  const dimension = (await probe())[0]?.length ?? 0;

  return {
    name: service.model,
    version: '1',
    dimension,
    isLexical: false,
    async embed(texts) {
      const vectors: Float32Array[] = [];
      for (let at = 0; at < texts.length; at += batchSize) {
        vectors.push(...(await embedBatch(texts.slice(at, at + batchSize))));
      }
      return vectors;
    },
  };

  /** Some services answer a text that is too long as if they were down; the probe tells. */
  async function embedBatch(texts: string[]): Promise<Float32Array[]> {
    try {
      const vectors = await ask(texts);
      const odd = vectors.find((vector) => vector.length !== dimension);
      if (!odd) return vectors;
      throw new BadReply(`it gave ${odd.length} numbers, not ${dimension}`);
    } catch (error) {
      if (error instanceof EmbeddingOutage) throw error;
      const now = (await probe())[0]?.length;
      if (now === dimension) {
        throw new Error(`The embedding service could not embed the text: ${wordsOf(error, service)}.`);
      }
      throw new EmbeddingOutage(
        `${service.model} gives ${now} numbers by now, not ${dimension}. Start the workers again to embed everything anew.`,
      );
    }
  }
}

/** Gives the vectors of one request. Throws `EmbeddingOutage` for what no text can be at fault for, else why it failed. */
function createAsk(service: EmbeddingService, { timeoutMs, retryMs, patienceMs }: Required<HttpOptions>) {
  const endpoint = endpointOf(service.url);
  const headers = { 'content-type': 'application/json', accept: 'application/json' };

  const askOnce = async (texts: string[]): Promise<Float32Array[]> => {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: { ...headers, ...authorizationBy(keyOf(service)) },
      body: JSON.stringify({ model: service.model, input: texts }),
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const body = await response.text();
    if (response.ok) return readVectors(body, texts.length);
    throw refusalOf(response, body);
  };

  return async (texts: string[]): Promise<Float32Array[]> => {
    for (let attempt = 0; ; attempt++) {
      try {
        return await askOnce(texts);
      } catch (error) {
        const backOffMs = retryMs[attempt];
        const waitMs = Math.max(backOffMs ?? 0, error instanceof Refusal ? (error.retryAfterMs ?? 0) : 0);
        if (isWrongSetting(error)) throw toOutage(error, service);
        if (!isPassing(error)) throw error;
        if (backOffMs === undefined || waitMs > patienceMs) {
          throw isNobodysFault(error) ? toOutage(error, service) : error;
        }
        await delay(waitMs);
      }
    }
  };
}

class Refusal extends Error {
  readonly status: number;
  readonly retryAfterMs: number | undefined;

  constructor(status: number, message: string, retryAfterMs: number | undefined) {
    super(message);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

function refusalOf(response: Response, body: string): Refusal {
  const { status, headers } = response;
  const location = headers.get('location');
  const said = location ? ` and sends us to ${location}` : saidIn(body);
  return new Refusal(status, `it answers ${status}${said}`, retryAfterMs(headers.get('retry-after')));
}

/** What the service says in words, in the forms of OpenAI, Ollama and vLLM; nothing when it says none. */
function saidIn(body: string): string {
  try {
    const { error, message } = JSON.parse(body) as Record<string, unknown>;
    const nested = (error as { message?: unknown } | undefined)?.message;
    const said = [nested, error, message].find((one) => typeof one === 'string') as string | undefined;
    return said ? ` (${said.slice(0, 200)})` : '';
  } catch {
    return '';
  }
}

/** Seconds, or a date (RFC 9110, section 10.2.3). */
function retryAfterMs(header: string | null): number | undefined {
  if (!header) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

/** Redirects, no such page, no such model, no permission, no money. */
function isWrongSetting(error: unknown): boolean {
  return error instanceof Refusal && (error.status < 400 || [401, 402, 403, 404, 405].includes(error.status));
}

/** The same may work in a moment. A time-out has lasted long enough. */
function isPassing(error: unknown): boolean {
  return (
    error instanceof TypeError || isNobodysFault(error) || (error instanceof Refusal && error.status >= 500)
  );
}

/** It is busy, or not there: that says nothing about the texts. */
function isNobodysFault(error: unknown): boolean {
  if (error instanceof Refusal) return [408, 425, 429, 503].includes(error.status);
  return ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'].includes(causeOf(error).code ?? '');
}

function toOutage(error: unknown, service: EmbeddingService): EmbeddingOutage {
  if (error instanceof EmbeddingOutage) return error;
  const why = wordsOf(error, service);
  return new EmbeddingOutage(
    `The embedding service at ${endpointOf(service.url)} cannot be used: ${why}. Start it, or mend its settings.`,
    error instanceof Refusal ? error.retryAfterMs : undefined,
  );
}

function authorizationBy([key]: string[]): Record<string, string> {
  return key === undefined ? {} : { authorization: `Bearer ${key}` };
}

/** Why, to go on from a colon; without the key, which a service or a broken header may repeat. */
function wordsOf(error: unknown, service: EmbeddingService): string {
  const { name, message } = error as Error;
  if (name === 'TimeoutError') return 'it does not answer in time';
  const { code, message: reason = message } = causeOf(error);
  if (code === 'ECONNREFUSED') return 'nothing listens there';
  return maskerFor(keyOf(service)).text(reason);
}

/** fetch says what happened on the network in the cause of its error. */
function causeOf(error: unknown): { code?: string; message?: string } {
  return (error as { cause?: { code?: string; message?: string } }).cause ?? {};
}

/** Read each time, so that a new key needs no restart. */
function keyOf({ keyFile }: EmbeddingService): string[] {
  return keyFile === null ? [] : [fs.readFileSync(keyFile, 'utf8').trim()];
}
