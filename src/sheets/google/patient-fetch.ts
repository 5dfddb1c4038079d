// A `fetch` for Google's client that waits as long as Google asks: the client itself ignores Retry-After and never repeats a
// POST. Every request here may be repeated: what is written twice is the same.
import { setTimeout as sleep } from 'node:timers/promises';
import { send, readRetryAfter } from '../../core/outbound/send.ts';

export type Patience = {
  network: Record<string, string>;
  /** Aborted when the job is cancelled. */
  signal?: AbortSignal;
  /** Called before each wait, with its length and Google's status; 0 when the connection failed. */
  onWait?: (ms: number, status: number) => void;
  /** Replaced in tests. */
  wait?: (ms: number) => Promise<unknown>;
};

const requestMs = 60_000;
const maxTries = 6;
/** Google's quotas are for a minute. */
const maxWaitMs = 120_000;
const repeated = new Set([429, 500, 502, 503, 504]);

/** Redirects the address of tokens, which is fixed in the client, to `tokenAddress`. */
export function createPatientFetch(tokenAddress: string, { network, signal, onWait, wait }: Patience) {
  const pause = wait ?? ((ms: number) => sleep(ms, undefined, signal ? { signal } : {}));

  return async (input: Parameters<typeof fetch>[0], init: RequestInit = {}): Promise<Response> => {
    const asked = String(input);
    const address = asked === 'https://oauth2.googleapis.com/token' ? tokenAddress : asked;
    for (let tried = 1; ; tried++) {
      const answer = await attempt(address, init).catch((error: unknown) => error as Error);
      const isAnswer = answer instanceof Response;
      signal?.throwIfAborted();
      if (isAnswer && !repeated.has(answer.status)) return answer;
      const ms = Math.max(isAnswer ? readRetryAfter(answer.headers) : 0, backOffMs(tried));
      if (tried < maxTries && ms <= maxWaitMs) {
        onWait?.(ms, isAnswer ? answer.status : 0);
        await pause(ms);
      } else if (isAnswer) return answer;
      else throw answer;
    }
  };

  async function attempt(address: string, { method = 'GET', headers, body }: RequestInit): Promise<Response> {
    const timeout = AbortSignal.timeout(requestMs);
    const request = {
      method,
      headers: Object.fromEntries(new Headers(headers)),
      ...(body == null ? {} : { body: String(body) }),
      signal: signal ? AbortSignal.any([timeout, signal]) : timeout,
    };
    return send(address, request, network);
  }
}

/** 1, 2, 4 … seconds, up to a quarter more at random, so that two programs do not stay in step. */
function backOffMs(tried: number): number {
  return 2 ** (tried - 1) * 1000 * (1 + Math.random() / 4);
}
