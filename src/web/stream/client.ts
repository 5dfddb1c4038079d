// One reader of the live stream. A slow reader gets the newest state of each card, not a growing buffer; a reader that reads
// nothing is closed.
import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import type { Role } from '../../core/role.ts';
import { takeOver } from '../connections.ts';

/** `role`: whose cards it gets; `since`: the client's version at connect. */
type Reading = { role: Role; topics: Set<string>; since: number };

/** `seen` has the version of each card sent; `waiting` the newest frames that did not fit, in version order, because a client
 *  resumes from the last id it received. */
export type Client = Reading & {
  response: ServerResponse;
  seen: Map<string, number>;
  waiting: Map<string, Buffer>;
  /** False until the current state of all its cards has been rendered; nothing is sent before. */
  isReady: boolean;
  stuckSince: number | null;
};

/** The newest bytes of a card for readers of a role, with their version. */
type Frame = { card: { name: string }; role: Role; version: number; frame: Buffer };

const bufferedMax = 256 * 1024;
/** Checked every five seconds, so a reader that reads nothing is closed after five to ten. */
const stuckMs = 5000;
const retryMs = 3000;

export function openClient(reply: FastifyReply, reading: Reading): Client {
  // The response ends with its connection, so it needs no chunked encoding: one buffer per write instead of three.
  reply.raw.removeHeader('transfer-encoding');
  const type = 'text/event-stream; charset=utf-8';
  const response = takeOver(reply, { 'content-type': type, 'x-accel-buffering': 'no' });
  response.write(`retry: ${retryMs}\n\n`);
  return { ...reading, response, seen: new Map(), waiting: new Map(), isReady: false, stuckSince: null };
}

/** Sends the watched cards of its role in version order, except versions that the client already has. */
export function sendFrames(client: Client, frames: Frame[]) {
  if (!client.isReady) return;
  for (const { card, role, version, frame } of frames) {
    const { name } = card;
    if (
      role !== client.role ||
      !client.topics.has(name) ||
      version <= Math.max(client.since, client.seen.get(name) ?? 0)
    )
      continue;
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
  do write(client, join(takeWaiting(client), client.role));
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
/** The last result for readers of each role. */
const joined: Partial<Record<Role, { frames: Buffer[]; bytes: Buffer }>> = {};

/** Reuses the last result, because readers of a role get the same frames one after the other. */
function join(frames: Buffer[], role: Role): Buffer {
  if (frames.length === 0) return nothing;
  const [first] = frames;
  if (first && frames.length === 1) return first;
  const last = joined[role];
  const isSame = last?.frames.length === frames.length && last.frames.every((one, i) => one === frames[i]);
  if (last && isSame) return last.bytes;
  const bytes = Buffer.concat(frames);
  joined[role] = { frames, bytes };
  return bytes;
}

/** A stream that was refused while its cards were rendered has ended already. */
function write(client: Client, frame: Buffer) {
  if (frame.length === 0 || client.response.writableEnded) return;
  if (!client.response.write(frame)) client.stuckSince ??= performance.now();
}
