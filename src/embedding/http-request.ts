// One request to an OpenAI-compatible embedding service. The key leaves this file only as a header.
import fs from 'node:fs';
import type { EmbeddingService } from '../core/config.ts';
import { scaleToUnit } from './vector.ts';

/** A service's answer other than 200. The message continues "The service cannot be used: ". */
export class HttpRefusal extends Error {
  readonly status: number;
  readonly retryAfterMs: number | undefined;

  constructor(status: number, message: string, retryAfterMs: number | undefined) {
    super(message);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Returns a vector for each text. Throws `HttpRefusal`, `BadReply`, a `TimeoutError`, or fetch's `TypeError`. */
export async function requestVectors(service: EmbeddingService, texts: string[], timeoutMs: number) {
  const key = readKey(service);
  const response = await fetch(endpointOf(service.url), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
    },
    body: JSON.stringify({ model: service.model, input: texts }),
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
  });
  const body = await response.text();
  if (response.ok) return readVectors(body, texts.length);
  throw toRefusal(response, body);
}

/** An address that ends with /embeddings is used as it is; to others /embeddings is added, and /v1 if it is missing. */
export function endpointOf(url: string): string {
  const base = url.replace(/\/+$/, '');
  if (base.endsWith('/embeddings')) return base;
  return /\/v\d+$/.test(base) ? `${base}/embeddings` : `${base}/v1/embeddings`;
}

/** Reads the key anew each time, so that a new one needs no restart; null when the settings name none. */
export function readKey({ keyFile }: EmbeddingService): string | null {
  return keyFile === null ? null : fs.readFileSync(keyFile, 'utf8').trim();
}

function toRefusal(response: Response, body: string): HttpRefusal {
  const { status, headers } = response;
  const location = headers.get('location');
  const detail = location ? ` and redirects to ${location}` : detailIn(body);
  return new HttpRefusal(status, `it answers ${status}${detail}`, readRetryAfter(headers.get('retry-after')));
}

/** The service's own message, in the forms of OpenAI, Ollama and vLLM; empty when there is none. */
function detailIn(body: string): string {
  try {
    const { error, message } = JSON.parse(body) as Record<string, unknown>;
    const nested = (error as { message?: unknown } | undefined)?.message;
    const detail = [nested, error, message].find((one) => typeof one === 'string') as string | undefined;
    return detail ? ` (${detail.slice(0, 200)})` : '';
  } catch {
    return '';
  }
}

/** Reads seconds or a date (RFC 9110, section 10.2.3); returns milliseconds. */
function readRetryAfter(header: string | null): number | undefined {
  if (!header) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

/** The message continues "The service could not …: ". */
export class BadReply extends Error {}

/** Returns vectors of length 1 in the order of the texts. Throws `BadReply`. */
function readVectors(body: string, textCount: number): Float32Array[] {
  const data = readItems(body);
  if (data.length !== textCount) {
    throw new BadReply(`it returned ${data.length} vectors for ${textCount} texts`);
  }
  const vectors = new Array<Float32Array | null>(textCount).fill(null);
  for (const [position, { index = position, embedding }] of data.entries()) {
    if (!Number.isInteger(index) || vectors[index] !== null) {
      throw new BadReply(`it returned two vectors for one text, or one for none (index ${index})`);
    }
    vectors[index] = toVector(embedding);
  }
  return vectors as Float32Array[];
}

type Item = { index?: number; embedding: unknown };

function readItems(body: string): Item[] {
  let data: unknown;
  try {
    data = (JSON.parse(body) as { data?: unknown } | null)?.data;
  } catch {
    throw new BadReply('its answer is not JSON');
  }
  if (Array.isArray(data) && data.every((item) => typeof item === 'object' && item !== null)) return data;
  throw new BadReply('its answer has no list of vectors');
}

function toVector(numbers: unknown): Float32Array {
  const areNumbers = Array.isArray(numbers) && numbers.every((one) => typeof one === 'number');
  const vector = areNumbers ? scaleToUnit(Float32Array.from(numbers)) : null;
  if (vector) return vector;
  throw new BadReply('it returned a vector that is not a list of numbers, or of zeros only');
}
