// A fake embedding service on loopback: answers like OpenAI, and misbehaves as a test requires.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { Test } from 'tap';

/** The time limit of a test whose service hangs. The good answers before need less, also on a busy machine. */
export const hangMs = 1500;

type ServiceRequest = {
  path: string;
  authorization: string | undefined;
  traceparent: unknown;
  model: string;
  input: string[];
};
/** Returns true when it has answered, or will never answer. */
type Misbehaviour = (asked: ServiceRequest, response: ServerResponse) => boolean;

export type Service = Awaited<ReturnType<typeof startService>>;

/** `misbehave` runs before each answer; a test may replace it. */
export async function startService(t: Pick<Test, 'teardown'>) {
  const asked: ServiceRequest[] = [];
  const service = {
    asked,
    misbehave: (() => false) as Misbehaviour,
    dimension: 4,
    url: '',
    stop,
    startAgain,
  };
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  service.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  t.teardown(stop);
  return service;

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const { model, input } = (await json(request)) as { model: string; input: string[] };
    const { authorization, traceparent } = request.headers;
    const one = { path: request.url ?? '', authorization, traceparent, model, input };
    asked.push(one);
    if (service.misbehave(one, response)) return;
    reply(
      response,
      input.map((text, index) => ({
        object: 'embedding',
        index,
        embedding: vectorOf(text, service.dimension),
      })),
    );
  }

  /** At the same address. */
  async function startAgain() {
    server.listen(Number(new URL(service.url).port), '127.0.0.1');
    await once(server, 'listening');
  }

  async function stop() {
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  }
}

export function reply(response: ServerResponse, data: unknown, status = 200) {
  response
    .writeHead(status, { 'content-type': 'application/json' })
    .end(JSON.stringify({ object: 'list', data }));
}

export function refuse(
  response: ServerResponse,
  status: number,
  headers: Record<string, string> = {},
  body = '',
) {
  response.writeHead(status, headers).end(body);
  return true;
}

/** A different vector for each text, not of unit length. */
export function vectorOf(text: string, dimension: number): number[] {
  return Array.from({ length: dimension }, (_, i) => (text.charCodeAt(i % text.length) % 31) + i + 1);
}
