// A `fetch` for Google's client that waits as long as Google asks: the client itself ignores Retry-After and never repeats a
// POST. Every request here may be repeated: a second write stores the same cells, and replace-tabs.ts recognises a repeated change.
import { setTimeout as sleep } from 'node:timers/promises';
import type { GoogleSettings } from '../core/config-google.ts';
import { BadReply, readBody } from '../core/outbound/body.ts';
import { readRetryAfter, send } from '../core/outbound/send.ts';
import { tokenUrl } from './refusals.ts';

type Patience = {
  /** Called before each wait, with its length and Google's status; 0 when the connection failed. */
  onWait: (ms: number, status: number) => void;
  /** Replaced in tests. */
  wait?: (ms: number) => Promise<unknown>;
  requestMs?: number;
  /** How often a request is sent until its failure counts. */
  maxTries?: number;
};

/** The settings and the patience with which a script reaches Google. */
export type GoogleAccess = GoogleSettings & Patience;

type Options = Pick<GoogleAccess, keyof Patience | 'network' | 'tokenAddress'>;

const usualTries = 6;
/** Google's quotas are for a minute. */
const maxWaitMs = 120_000;
const repeated = new Set([429, 500, 502, 503, 504]);

/** Redirects the address of tokens, which is fixed in the client, to `tokenAddress`. A request ends after three minutes, as
 *  at Google. */
export function createPatientFetch({
  network,
  tokenAddress,
  onWait,
  wait = sleep,
  requestMs = 180_000,
  maxTries = usualTries,
}: Options) {
  let hasGivenUp = false;

  return async (input: Parameters<typeof fetch>[0], init: RequestInit = {}): Promise<Response> => {
    const asked = String(input);
    const address = asked === tokenUrl ? tokenAddress : asked;
    for (let tried = 1; ; tried++) {
      const answer = await attempt(address, init).catch((error: unknown) => error as Error);
      const isAnswer = answer instanceof Response;
      if (isAnswer ? !repeated.has(answer.status) : answer instanceof BadReply) return unwrap(answer);
      const ms = Math.max(isAnswer ? readRetryAfter(answer.headers) : 0, backOffMs(tried));
      // The client repeats a request for a token by itself.
      hasGivenUp ||= tried === maxTries || ms > maxWaitMs;
      if (hasGivenUp) return unwrap(answer);
      onWait(ms, isAnswer ? answer.status : 0);
      await wait(ms);
    }
  };

  /** The body is read here, so that an answer that breaks off is repeated, too. */
  async function attempt(address: string, { method = 'GET', headers, body }: RequestInit): Promise<Response> {
    const request = {
      method,
      headers: Object.fromEntries(new Headers(headers)),
      ...(body == null ? {} : { body: String(body) }),
      signal: AbortSignal.timeout(requestMs),
    };
    const answer = await send(address, request, network);
    return new Response(await readBody(answer), { status: answer.status, headers: answer.headers });
  }
}

function unwrap(answer: Response | Error): Response {
  if (answer instanceof Error) throw answer;
  return answer;
}

/** 1, 2, 4 … seconds, up to a quarter more at random, so that two programs do not stay in step. */
function backOffMs(tried: number): number {
  return 2 ** (tried - 1) * 1000 * (1 + Math.random() / 4);
}
