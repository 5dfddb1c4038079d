// Keeps connections from taking the last descriptors, which jobs, the search and the databases need: idle ones are
// closed, and who comes then is told so. Nobody is left without an answer.
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Descriptors } from '../core/descriptors.ts';
import { AppError } from '../core/errors.ts';

const words =
  'Too many files are open here. Close other pages of this dashboard, or try again in a few seconds.';

export function registerConnectionLimit(app: FastifyInstance, descriptors: Descriptors) {
  app.server.prependListener('connection', (socket: Socket) => {
    if (descriptors.hasRoomFor('connection')) return;
    app.server.closeIdleConnections();
    if (!descriptors.hasRoomFor('connection')) socket.write(lastAnswer, () => socket.destroy());
  });
  app.addHook('onRequest', async ({ routeOptions }, reply) => {
    // A connection that stays open for the next request holds a descriptor that somebody else is waiting for. That of an
    // upload stays: closed while more comes, it would lose the answer.
    if (!descriptors.hasRoomFor('stream') && !routeOptions.config.isUpload)
      reply.header('connection', 'close');
    if (!descriptors.hasRoomFor('request')) throw new AppError('busy', words);
  });
}

/** Throws `too_many_streams` when an answer without end would leave too few for everything else. */
export function assertRoomForStream(descriptors: Descriptors) {
  if (!descriptors.hasRoomFor('stream'))
    throw new AppError('too_many_streams', `${words} The page goes on without.`);
}

/** Throws `busy` when an upload would take what a job that starts needs. */
export function assertRoomForUpload(descriptors: Descriptors) {
  if (!descriptors.hasRoomFor('upload')) throw new AppError('busy', words);
}

/** For a connection that cannot even be read from. */
const lastAnswer = [
  `HTTP/1.1 503 ${STATUS_CODES[503]}`,
  'content-type: text/plain; charset=utf-8',
  'retry-after: 5',
  'connection: close',
  `content-length: ${Buffer.byteLength(words)}`,
  '',
  words,
].join('\r\n');
