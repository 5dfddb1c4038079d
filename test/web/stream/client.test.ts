import http from 'node:http';
import type { AddressInfo } from 'node:net';
import fastify from 'fastify';
import t, { type Test } from 'tap';
import { type Client, openClient, sendFrames, tickClient } from '../../../src/web/stream/client.ts';

t.test('a reader that reads nothing keeps the newest of each card, and is closed', async (t) => {
  const { client, request } = await openUnread(t);
  const frame = (name: string, version: number) => frameOf(name, version, 100_000);
  let version = 0;
  const before = performance.now();
  while (client.waiting.size === 0) sendFrames(client, [frame('jobs', ++version)]);
  for (let turn = 0; turn < 500; turn += 1) {
    sendFrames(client, [frame('queue', ++version)]);
    sendFrames(client, [frame('jobs', ++version)]);
  }
  t.strictSame([...client.waiting.keys()], ['queue', 'jobs'], 'one of each, in version order');
  t.ok(client.response.writableLength <= 256 * 1024, `${client.response.writableLength} bytes are held`);
  const closed = new Promise((resolve) => client.response.once('close', resolve));
  tickClient(client, Buffer.from('event: tick\n\n'), before + 4000);
  t.notOk(client.response.destroyed, 'not at once');
  tickClient(client, Buffer.from('event: tick\n\n'), performance.now() + 5001);
  await closed;
  request.destroy();
});

t.test('a frame over the buffer limit is sent, alone and behind a small one', async (t) => {
  const { client, request } = await openUnread(t);
  sendFrames(client, [frameOf('jobs', 1, 400_000)]);
  t.equal(client.waiting.size, 0);
  request.destroy();
  const other = await openUnread(t);
  // The small frame is still in the socket, which has room and will never emit `drain`.
  sendFrames(other.client, [frameOf('queue', 1, 10), frameOf('jobs', 2, 300_000)]);
  t.equal(other.client.waiting.size, 0);
  other.request.destroy();
});

function frameOf(name: string, version: number, bytes: number) {
  return { card: { name }, role: 'admin' as const, version, frame: Buffer.alloc(bytes, 'x') };
}

/** A stream connection whose reader reads nothing. */
async function openUnread(t: Test): Promise<{ client: Client; request: http.ClientRequest }> {
  const app = fastify();
  t.teardown(() => app.close());
  const opened = new Promise<Client>((resolve) => {
    app.get('/', (_request, reply) =>
      resolve(openClient(reply, { role: 'admin', topics: new Set(['jobs', 'queue']), since: 0 })),
    );
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const request = http.get(`http://127.0.0.1:${port}/`, { agent: false }, (response) => response.pause());
  request.on('error', () => {});
  const client = await opened;
  client.isReady = true;
  return { client, request };
}
