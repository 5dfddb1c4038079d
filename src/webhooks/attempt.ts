// One attempt of a delivery: resolves the address, signs the event for this moment, sends it, and judges the answer.
import { version } from '../core/config.ts';
import { AppError } from '../core/errors.ts';
import { withTimeLimit } from '../core/in-time.ts';
import type { Kernel } from '../core/kernel.ts';
import type { Signed } from '../webhook-store/sign.ts';
import { isUnresolved, type Target } from '../webhook-store/target.ts';
import { answerText } from './answer-text.ts';
import type { Exchange } from './delivery.ts';
import type { DueDelivery } from './delivery-repository.ts';
import type { Answer, Post } from './post.ts';

type Given = {
  redactor: Pick<Kernel['redactor'], 'record'>;
  now: () => Date;
  /** The secrets that sign now, the newest first; none if their file is missing. */
  webhookSecrets: { read(name: string): string[] };
  /** Throws `invalid_arguments` for an address that webhooks may not reach. */
  resolveTarget: (url: string) => Promise<Target>;
  sign: (signed: Signed, secrets: readonly string[]) => string;
  post: Post;
  /** The limit of the whole exchange. */
  maxMs: number;
};

export const exchangeMaxMs = 10_000;

export type TryDelivery = ReturnType<typeof createAttempt>;

/** The returned function gives null when `stopped` has ended it before there was an answer. Never throws. */
export function createAttempt(given: Given) {
  return async (delivery: DueDelivery, url: string, stopped: AbortSignal): Promise<Exchange | null> => {
    const startedAt = performance.now();
    const exchange = await withTimeLimit(given.maxMs, stopped, (signal) =>
      exchangeOf(given, delivery, url, signal),
    ).catch((error: unknown) =>
      stopped.aborted
        ? null
        : failed(describe(error, given.maxMs), {
            isFinal: error instanceof AppError && !isUnresolved(error),
          }),
    );
    if (exchange === null) return null;
    const { error, response } = exchange;
    const clean = (text: string | null) => text && given.redactor.record(text);
    const ms = Math.round(performance.now() - startedAt);
    return {
      ...exchange,
      error: clean(error),
      response: response && answerText(clean(response) ?? '', url),
      ms,
    };
  };
}

async function exchangeOf(given: Given, delivery: DueDelivery, url: string, signal: AbortSignal) {
  const { webhookSecrets, resolveTarget, sign, post, now } = given;
  const { webhook, event_id: id, body } = delivery;
  const secrets = webhookSecrets.read(webhook);
  if (secrets.length === 0) return failed('The secret of the webhook is missing. Replace the secret.');
  const target = await orAborted(resolveTarget(url), signal);
  const timestamp = Math.floor(now().getTime() / 1000);
  const headers = {
    'content-type': 'application/json',
    'accept-encoding': 'identity',
    'user-agent': `chl-operations/${version}`,
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': sign({ id, timestamp, body }, secrets),
  };
  return judgeAnswer(await post(target, { headers, body }, signal));
}

/** A server of names that does not answer has no limit of its own. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    work.then(resolve, reject);
  });
}

const notHttp = 'It did not answer with HTTP.';
const gone = 410;
const laterAgain = [408, 429];

function judgeAnswer({ status, response, retryAfterMs }: Answer): Exchange {
  if (status < 100 || status > 599) return failed(notHttp);
  const answer = { ms: 0, status, response, isGone: status === gone, isFinal: false, retryAfterMs: 0 };
  if (status >= 200 && status < 300) return { ...answer, error: null };
  if (status >= 300 && status < 400)
    return { ...answer, error: `It answered ${status}; redirects are not followed.`, isFinal: true };
  const isFinal = status < 500 && !laterAgain.includes(status);
  const error = answer.isGone ? 'It answered 410: it wants no more events.' : `It answered ${status}.`;
  return { ...answer, error, isFinal, retryAfterMs };
}

const failed = (error: string, { isFinal } = { isFinal: false }): Exchange => ({
  ms: 0,
  status: null,
  error,
  response: null,
  isFinal,
  retryAfterMs: 0,
  isGone: false,
});

const words: Record<string, string> = {
  ECONNREFUSED: 'Nothing listens at its address.',
  ECONNRESET: 'It closed the connection before it answered.',
  EPIPE: 'It closed the connection before it answered.',
  ENOTFOUND: 'Its name has no address.',
  EAI_AGAIN: 'Its name could not be looked up.',
  EHOSTUNREACH: 'Its host cannot be reached.',
  ENETUNREACH: 'Its network cannot be reached.',
  ETIMEDOUT: 'Its host does not answer.',
};

function describe(error: unknown, maxMs: number): string {
  if (error instanceof AppError) return error.message;
  const { name, code = '' } = error as NodeJS.ErrnoException;
  if (name === 'TimeoutError') return `No answer within ${maxMs / 1000} s.`;
  if (code.startsWith('HPE_')) return notHttp;
  const isOfTls = /^(ERR_TLS|ERR_SSL|CERT|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(code);
  if (isOfTls) return `Its certificate cannot be verified (${code}).`;
  return (
    words[code] ?? (code ? `The connection failed (${code}).` : 'It closed the connection without an answer.')
  );
}
