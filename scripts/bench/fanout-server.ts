// One side of the fan-out bench. argv: ours | bare. Sends {address}; receives {broadcasts: n}, sends {} when all frames are
// read.
import http, { type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';
import fastify from 'fastify';
import { type Client, flushClient, openClient, sendFrames } from '../../src/web/stream/client.ts';

const data = 'x'.repeat(10_000);
const responses = new Set<ServerResponse>();
const clients = new Set<Client>();
/** The time for each reader to read its frame, so that writing is measured and not waiting. */
const restMs = 0.03;
let version = 0;

const broadcast = process.argv[2] === 'ours' ? broadcastOurs : broadcastBare;
const server = process.argv[2] === 'ours' ? await listenOurs() : await listenBare();
const { port } = server.address() as AddressInfo;
process.send?.({ address: `http://127.0.0.1:${port}/` });

process.on('message', (message: { broadcasts: number }) => void broadcastTo(message));
process.on('disconnect', () => process.exit());

async function broadcastTo({ broadcasts }: { broadcasts: number }) {
  for (let turn = 0; turn < broadcasts; turn += 1) {
    version += 1;
    broadcast(Buffer.from(`event: jobs\nid: b-${version}\ndata: ${data}\n\n`));
    await after(responses.size * restMs);
  }
  while ([...responses].some((response) => response.writableLength > 0)) await after(20);
  process.send?.({});
}

async function listenOurs(): Promise<http.Server> {
  const app = fastify();
  app.get('/', (_request, reply) => {
    const client = openClient(reply, { role: 'admin', topics: new Set(['jobs']), since: 0 });
    client.isReady = true;
    client.response.on('drain', () => flushClient(client));
    clients.add(client);
    responses.add(client.response);
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  return app.server;
}

function listenBare(): Promise<http.Server> {
  const bare = http.createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('\n\n');
    responses.add(response);
  });
  return new Promise((resolve) => bare.listen(0, '127.0.0.1', () => resolve(bare)));
}

function broadcastOurs(frame: Buffer) {
  for (const client of clients)
    sendFrames(client, [{ card: { name: 'jobs' }, role: 'admin', version, frame }]);
}

function broadcastBare(frame: Buffer) {
  for (const response of responses) response.write(frame);
}
