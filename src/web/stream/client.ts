// One reader of the live stream. A slow reader gets the newest state of each card, not a growing buffer; a reader that reads
// nothing is closed.
import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import { takeOver } from '../connections.ts';

/** `seen` has the version of each card sent, `since` the client's version at connect; `waiting` the newest frames that did
 *  not fit, in version order, because a client resumes from the last id it received. */
export type Client = {
  response: ServerResponse;
  topics: Set<string>;
  since: number;
  seen: Map<string, number>;
  waiting: Map<string, Buffer>;
  /** False until the current state of all its cards has been rendered; nothing is sent before. */
  isReady: boolean;
  stuckSince: number | null;
};

/** The newest bytes of a card, with their version. */
type Frame = { card: { name: string }; version: number; frame: Buffer };

const bufferedMax = 256 * 1024;
/** Checked every five seconds, so a reader that reads nothing is closed after five to ten. */
const stuckMs = 5000;
const retryMs = 3000;

export function openClient(reply: FastifyReply, topics: Set<string>, since: number): Client {
  // The response ends with its connection, so it needs no chunked encoding: one buffer per write instead of three.
  reply.raw.removeHeader('transfer-encoding');
  const type = 'text/event-stream; charset=utf-8';
  const response = takeOver(reply, { 'content-type': type, 'x-accel-buffering': 'no' });
  response.write(`retry: ${retryMs}\n\n`);
  return { response, topics, since, seen: new Map(), waiting: new Map(), isReady: false, stuckSince: null };
}

/** Sends the watched cards in version order, except versions that the client already has. */
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

/** Sends the waiting frames when the socket has drained. */
export function flushClient(client: Client) {
  client.stuckSince = null;
  writeWaiting(client);
}

/** Sends the heartbeat, or closes a reader that reads nothing. `now` is in ms of the monotonic clock. */
export function tickClient(client: Client, frame: Buffer, now = performance.now()) {
  const { response, stuckSince } = client;
  if (stuckSince !== null && now - stuckSince >= stuckMs) response.destroy();
  else sendSignal(client, frame);
}

/** Sends an event that is not a card, unless the reader is behind; such a page finds out otherwise. */
export function sendSignal(client: Client, frame: Buffer) {
  if (client.isReady && client.stuckSince === null && client.waiting.size === 0) write(client, frame);
}

/** Resolves when the socket has drained or closed; a reader that reads nothing is closed. */
export function whenDrained(response: ServerResponse): Promise<void> {
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

/** Sends what waits until the socket is full; what is left follows when it has drained. */
function writeWaiting(client: Client) {
  // Only a full socket emits `drain`, so whatever has room must be sent now.
  do write(client, join(takeWaiting(client)));
  while (client.waiting.size > 0 && !client.response.writableNeedDrain);
}

/** Takes as many frames as fit in the buffer; a frame larger than the limit goes alone. */
function takeWaiting({ response, waiting }: Client): Buffer[] {
  const frames: Buffer[] = [];
  let length = response.writableNeedDrain ? response.writableLength : 0;
  for (const [name, frame] of waiting) {
    if (length > 0 && length + frame.length > bufferedMax) break;
    length += frame.length;
    waiting.delete(name);
    frames.push(frame);
  }
  return frames;
}

const nothing = Buffer.alloc(0);
let joined: { frames: Buffer[]; bytes: Buffer } | null = null;

/** Reuses the last result, because readers get the same frames one after the other. */
function join(frames: Buffer[]): Buffer {
  if (frames.length === 0) return nothing;
  const [first] = frames;
  if (first && frames.length === 1) return first;
  const isSame =
    joined?.frames.length === frames.length && joined.frames.every((one, i) => one === frames[i]);
  if (!joined || !isSame) joined = { frames, bytes: Buffer.concat(frames) };
  return joined.bytes;
}

function write(client: Client, frame: Buffer) {
  if (frame.length === 0) return;
  if (!client.response.write(frame)) client.stuckSince ??= performance.now();
}
