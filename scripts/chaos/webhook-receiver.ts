// The receiver of the chaos of webhooks, in the process of the suite. It keeps all requests, verifies each signature, and answers
// slowly at times. The first request of some events gets an error, so that the server tries them again.
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as after } from 'node:timers/promises';
import type { Random } from '../random.ts';

/** The requests with one id. `taken`: requests that were answered as done; `errors`: as failed, or cut off on purpose. */
export type Receipt = { bodies: Set<string>; requests: number; taken: number; errors: number };

/** Calls `then` at one of the next requests: before it is answered, or just after. */
type Watch = { left: number; isAnswered: boolean; then: () => void };

export type WebhookReceiver = Awaited<ReturnType<typeof startWebhookReceiver>>;

const slowOfHundred = 20;
const slowMaxMs = 300;
/** The clocks of both are the same. */
const timestampMaxSec = 30;

/** `errorsOfHundred`: events whose first request gets an error. */
export async function startWebhookReceiver(random: Random, errorsOfHundred: number) {
  const receipts = new Map<string, Receipt>();
  const problems: string[] = [];
  const keys: Buffer[] = [];
  let watch: Watch | null = null;
  const server = http.createServer((request, response) => {
    // A request that is cut off has not come.
    receive(request, response).catch(() => response.destroy());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    receipts,
    problems,
    hasSecret: () => keys.length > 0,
    useSecret: (secret: string) => void keys.push(Buffer.from(secret.replace('whsec_', ''), 'base64')),
    watchFor(given: Watch) {
      watch = given;
    },
    unwatch() {
      watch = null;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };

  async function receive(request: http.IncomingMessage, response: http.ServerResponse) {
    const body = await text(request);
    const id = String(request.headers['webhook-id']);
    const problem = findProblem(request.headers, body, keys);
    if (problem) problems.push(`${id}: ${problem}`);
    const receipt = receipts.get(id) ?? { bodies: new Set(), requests: 0, taken: 0, errors: 0 };
    receipts.set(id, receipt.bodies.add(body) && receipt);
    receipt.requests += 1;
    const isError = receipt.requests === 1 && random(100) < errorsOfHundred;
    const reached = countDown();
    if (reached && !reached.isAnswered) return reached.then();
    if (random(100) < slowOfHundred) await after(random(slowMaxMs));
    receipt[isError ? 'errors' : 'taken'] += 1;
    if (isError && random(2) === 0) response.destroy();
    else response.writeHead(isError ? 500 : 200).end();
    if (reached) setImmediate(reached.then);
  }

  /** The watch, at its request. */
  function countDown(): Watch | null {
    if (watch === null) return null;
    watch.left -= 1;
    const reached = watch.left === 0 ? watch : null;
    if (reached) watch = null;
    return reached;
  }
}

function findProblem(headers: http.IncomingHttpHeaders, body: string, keys: Buffer[]): string | null {
  const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': given } = headers;
  const right = keys.map(
    (key) => `v1,${createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64')}`,
  );
  if (given !== right.join(' ')) return `the signature is wrong: ${given}`;
  const sec = Math.abs(Date.now() / 1000 - Number(at));
  if (!(sec < timestampMaxSec)) return `its time is wrong by ${Math.round(sec)} s`;
  return null;
}
