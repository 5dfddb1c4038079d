// One request to an OpenAI-compatible embedding service. The key leaves this file only as a header.
import type { EmbeddingService } from '../core/config-embedding.ts';
import { readBody } from '../core/outbound/body.ts';
import { readRetryAfter, send } from '../core/outbound/send.ts';
import { findSecretFileProblem, readSecretBytes } from '../core/secret-file.ts';
import { shorten } from '../core/shorten.ts';
import { estimateTokens } from '../cost-store/estimate-tokens.ts';
import type { CountUsage } from '../cost-store/usage-item.ts';
import { currentTraceparent, span } from '../core/trace.ts';
import { EmbeddingOutage } from './embedder.ts';
import { detailIn, parseReply, readTokens, readVectors } from './http-reply.ts';

/** A service's answer other than 200. The message continues "The service cannot be used: ". */
export class HttpRefusal extends Error {
  readonly status: number;
  readonly retryAfterMs: number;

  constructor(status: number, message: string, retryAfterMs: number) {
    super(message);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

type Request = { texts: string[]; timeoutMs: number; countUsage: CountUsage };

/** Returns a vector for each text, and counts the tokens of an answer. Throws `HttpRefusal`, `BadReply`, a `TimeoutError`,
 *  fetch's `TypeError`, or `EmbeddingOutage` for a key file that cannot be used. */
export async function requestVectors(service: EmbeddingService, { texts, timeoutMs, countUsage }: Request) {
  const key = readKey(service);
  const address = endpointOf(service.url);
  const traceparent = currentTraceparent();
  const init = {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      ...(traceparent === null ? {} : { traceparent }),
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
    },
    body: JSON.stringify({ model: service.model, input: texts }),
    signal: AbortSignal.timeout(timeoutMs),
  };
  const { response, body } = await span('http', `Ask ${service.model} for vectors`, async () => {
    const response = await send(address, init, service.network);
    return { response, body: await readBody(response) };
  });
  if (!response.ok) throw toRefusal(response, body);
  const reply = parseReply(body);
  const tokens = readTokens(reply);
  // The service has counted, whether its vectors can be used or not.
  if (tokens !== null) countUsage('embedding_tokens', tokens);
  const vectors = readVectors(reply, body, texts.length);
  if (tokens === null) countUsage('embedding_tokens', estimateTokens(texts), true);
  return vectors;
}

/** An address that ends with /embeddings is used as it is; to others /embeddings is added, and /v1 if it is missing. */
export function endpointOf(url: string): string {
  const base = url.replace(/\/+$/, '');
  if (base.endsWith('/embeddings')) return base;
  return /\/v\d+$/.test(base) ? `${base}/embeddings` : `${base}/v1/embeddings`;
}

/** Reads the key anew each time, so that a new or repaired one needs no restart; null when the settings name none. Without
 *  a key that is set, the service is not asked. */
function readKey({ keyFile }: EmbeddingService): string | null {
  if (keyFile === null) return null;
  const content = findSecretFileProblem(keyFile) === null ? readSecretBytes(keyFile) : null;
  if (content) return content.toString().trim();
  throw new EmbeddingOutage(
    'The key file of the embedding service cannot be used. Repair it under Settings, Credentials.',
    { words: 'its key file cannot be used' },
  );
}

function toRefusal(response: Response, body: string): HttpRefusal {
  const { status, headers } = response;
  const location = headers.get('location');
  const detail = location ? ` and redirects to ${shorten(location, 200)}` : detailIn(body);
  return new HttpRefusal(status, `it answers ${status}${detail}`, readRetryAfter(headers));
}
