// One reader of the live stream. A reader that is slow gets the newest state of each card, not a growing buffer; one
// that does not read at all is closed.
import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';

/** `seen` holds the version of each card that the client has, `since` what it had before it came; `waiting` the newest
 *  frames that did not fit, in the order of their versions: what a reader got last says what it has. */
export type Client = {
  response: ServerResponse;
  topics: Set<string>;
  since: number;
  seen: Map<string, number>;
  waiting: Map<string, Buffer>;
  /** Nothing is sent before the present state of all its cards is there. */
  isReady: boolean;
  stuckSince: number | null;
};

/** The newest bytes of a card, with their version. */
type Frame = { card: { name: string }; version: number; frame: Buffer };

const bufferedMax = 256 * 1024;
/** Looked at every five seconds: a reader that takes nothing is closed after five to ten. */
const stuckMs = 5000;
const retryMs = 3000;

/** A hijacked reply skips the hooks that would send its headers. */
export function openClient(reply: FastifyReply, topics: Set<string>, since: number): Client {
  reply.hijack();
  const response = reply.raw;
  // It ends with its connection, so its bytes need no chunks around them: one buffer a write instead of three.
  response.removeHeader('transfer-encoding');
  response.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream; charset=utf-8',
    'x-accel-buffering': 'no',
  });
  response.write(`retry: ${retryMs}\n\n`);
  return { response, topics, since, seen: new Map(), waiting: new Map(), isReady: false, stuckSince: null };
}

/** Sends cards in the order of their versions: those it watches, unless the reader has that version already. */
export function sendFrames(client: Client, frames: Frame[]) {
  if (!client.isReady) return;
  for (const { card, version, frame } of frames) {
    const { name } = card;
    if (!client.topics.has(name) || version <= Math.max(client.since, client.seen.get(name) ?? 0)) continue;
    client.seen.set(name, version);
    client.waiting.delete(name);
    client.waiting.set(name, frame);
  }
  writeWaiting(client);
}

/** The reader can take more: gives it what was held back. */
export function flushClient(client: Client) {
  client.stuckSince = null;
  writeWaiting(client);
}

/** The beat of the stream; closes a reader that takes nothing. `now` in ms of the monotonic clock. */
export function tickClient(client: Client, frame: Buffer, now = performance.now()) {
  const { response, stuckSince } = client;
  if (stuckSince !== null && now - stuckSince >= stuckMs) response.destroy();
  else sendSignal(client, frame);
}

/** Sends what is no card, unless the reader is behind: what it says is then found out otherwise. */
export function sendSignal(client: Client, frame: Buffer) {
  if (client.isReady && client.stuckSince === null && client.waiting.size === 0) write(client, frame);
}

/** Settles when the reader can take more or has gone; one that takes nothing is closed. */
export function whenTaken(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (!response.writableNeedDrain) return void setImmediate(resolve);
    const stuck = setTimeout(() => response.destroy(), stuckMs);
    const settle = () => {
      clearTimeout(stuck);
      response.off('drain', settle).off('close', settle);
      resolve();
    };
    response.on('drain', settle).on('close', settle);
  });
}

/** All that fits in one write; a frame that is larger than the limit goes alone. */
function writeWaiting(client: Client) {
  const { response, waiting } = client;
  const frames: Buffer[] = [];
  let length = response.writableLength;
  for (const [name, frame] of waiting) {
    if (length > 0 && length + frame.length > bufferedMax) break;
    length += frame.length;
    waiting.delete(name);
    frames.push(frame);
  }
  if (frames.length > 0) write(client, join(frames));
}

let joined: { frames: Buffer[]; bytes: Buffer } | null = null;

/** Readers get the same frames one after the other: they share the bytes. */
function join(frames: Buffer[]): Buffer {
  const [first] = frames;
  if (first && frames.length === 1) return first;
  const isSame =
    joined?.frames.length === frames.length && joined.frames.every((one, i) => one === frames[i]);
  if (!joined || !isSame) joined = { frames, bytes: Buffer.concat(frames) };
  return joined.bytes;
}

function write(client: Client, frame: Buffer) {
  if (!client.response.write(frame)) client.stuckSince ??= performance.now();
}
