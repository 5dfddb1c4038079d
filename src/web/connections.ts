// Keeps connections from taking the last descriptors, which jobs, search and databases need: idle connections are closed,
// and new ones get an answer that says why they are refused.
import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Descriptors } from '../core/descriptors.ts';
import { AppError } from '../core/errors.ts';

const busyMessage =
  'Too many files are open. Close other pages of this dashboard, or try again in a few seconds.';

export function registerConnectionLimit(app: FastifyInstance, descriptors: Descriptors) {
  app.server.prependListener('connection', (socket: Socket) => {
    if (descriptors.hasRoomFor('connection')) return;
    app.server.closeIdleConnections();
    if (!descriptors.hasRoomFor('connection')) socket.write(busyResponse, () => socket.destroy());
  });
  app.addHook('onRequest', async ({ routeOptions }, reply) => {
    // An idle keep-alive connection holds a descriptor that others need. Upload connections are kept, because closing one
    // while its body arrives would lose the answer.
    if (!descriptors.hasRoomFor('stream') && !routeOptions.config.isUpload)
      reply.header('connection', 'close');
    if (!descriptors.hasRoomFor('request')) throw new AppError('busy', busyMessage);
  });
}

/** Throws `too_many_streams` when another stream would leave too few descriptors. */
export function assertRoomForStream(descriptors: Descriptors) {
  if (!descriptors.hasRoomFor('stream'))
    throw new AppError('too_many_streams', `${busyMessage} This page does not update by itself until then.`);
}

/** Throws `busy` when an upload would take the descriptors that a starting job needs. */
export function assertRoomForUpload(descriptors: Descriptors) {
  if (!descriptors.hasRoomFor('upload')) throw new AppError('busy', busyMessage);
}

/** Takes over the connection. A hijacked reply skips the hooks that would send its headers. */
export function takeOver(reply: FastifyReply, headers: Record<string, string>): ServerResponse {
  reply.request.isStream = true;
  reply.hijack();
  reply.request.traced?.trace.close();
  return reply.raw.writeHead(200, { ...(reply.getHeaders() as Record<string, string>), ...headers });
}

/** The raw response to a connection that is closed before its request is read. */
const busyResponse = [
  `HTTP/1.1 503 ${STATUS_CODES[503]}`,
  'content-type: text/plain; charset=utf-8',
  'retry-after: 5',
  'connection: close',
  `content-length: ${Buffer.byteLength(busyMessage)}`,
  '',
  busyMessage,
].join('\r\n');
