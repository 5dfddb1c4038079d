// One reader of the live stream. A reader that is slow gets the newest state of each card, not a growing buffer; one
// that does not read at all is closed.
import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';

/** `seen` holds the version of each card that the client has, `since` what it had before it came; `waiting` the newest
 *  frames that did not fit. */
export type Client = {
  response: ServerResponse;
  topics: Set<string>;
  since: number;
  seen: Map<string, number>;
  waiting: Map<string, Buffer>;
  stuckSince: number | null;
};

/** The newest bytes of a card, with their version. */
export type Frame = { card: { name: string }; version: number; frame: Buffer };

const bufferedMax = 256 * 1024;
/** Looked at every five seconds: a reader that takes nothing is closed after five to ten. */
const stuckMs = 5000;
const retryMs = 3000;

/** A hijacked reply skips the hooks that would send its headers. */
export function openClient(reply: FastifyReply, topics: Set<string>, since: number): Client {
  reply.hijack();
  const response = reply.raw;
  response.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream; charset=utf-8',
    'x-accel-buffering': 'no',
  });
  response.write(`retry: ${retryMs}\n\n`);
  return { response, topics, since, seen: new Map(), waiting: new Map(), stuckSince: null };
}

/** Sends a card, unless the reader has this version already. */
export function sendFrame(client: Client, { card: { name }, version, frame }: Frame) {
  if (version <= Math.max(client.since, client.seen.get(name) ?? 0)) return;
  client.seen.set(name, version);
  if (client.waiting.size > 0 || client.response.writableLength + frame.length > bufferedMax) {
    client.waiting.set(name, frame);
  } else {
    write(client, frame);
  }
}

/** The reader can take more: gives it what was held back. */
export function flushClient(client: Client) {
  client.stuckSince = null;
  for (const [name, frame] of client.waiting) {
    if (client.response.writableLength + frame.length > bufferedMax) return;
    client.waiting.delete(name);
    write(client, frame);
  }
}

/** The beat of the stream; closes a reader that takes nothing. */
export function tickClient(client: Client, frame: Buffer) {
  const { response, stuckSince } = client;
  if (stuckSince === null) write(client, frame);
  else if (performance.now() - stuckSince >= stuckMs) response.destroy();
}

function write(client: Client, frame: Buffer) {
  if (!client.response.write(frame)) client.stuckSince ??= performance.now();
}
