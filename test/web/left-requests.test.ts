// Requests whose senders leave before the answer begins, and requests of the command line: each is reported once.
import type { IncomingMessage } from 'node:http';
import net from 'node:net';
import path from 'node:path';
import t from 'tap';
import { openDatabase } from '../../src/core/db/open.ts';
import { createTracing } from '../../src/web/tracing.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { runHere } from '../support/command-line.ts';
import { parseExposition } from '../support/exposition.ts';
import { until } from '../support/until.ts';
import { makeFolder } from '../support/folder.ts';

const route = '/api/v1/operations/:operation';

/** Sends the head of a request without its body, and leaves when the server has read it. */
async function leave({ origin, server }: TestApp) {
  const { host, port } = new URL(origin);
  const arrived = new Promise<void>((resolve) => {
    const look = ({ headers }: IncomingMessage) => {
      // The server sends requests to itself, too.
      if (headers['content-length'] !== '20') return;
      server.server.off('request', look);
      resolve();
    };
    server.server.on('request', look);
  });
  const socket = net.connect(Number(port), '127.0.0.1');
  socket.write(
    `POST /api/v1/operations/import HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\ncontent-length: 20\r\n\r\n{`,
  );
  await arrived;
  socket.destroy();
}

t.test('a request whose sender leaves is logged, counted, and its trace ends', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  app.tracing.pickBy(() => true);
  for (let at = 0; at < 20; at++) await leave(app);
  const lines = async () =>
    (await app.json('/api/v1/log?limit=200')).body.items.filter(
      (line: { route: string | null }) => line.route === route,
    );
  const left = await until(lines, ({ length }) => length === 20);
  t.match(left[0], {
    level: 'info',
    text: /^The sender of POST \S+ left after (less than 1|\d+) ms, before the answer$/,
    fields: { event: 'request.left', status: 499, action: 'job.accepted' },
  });
  const { body } = await app.json('/api/v1/requests?window=1h');
  t.match(
    body.items.filter((one: { route: string }) => one.route === route),
    [{ n: 20, share_5xx: 0 }],
  );
  const metrics = parseExposition(await (await fetch(`${app.origin}/metrics`)).text());
  t.match(
    metrics.get('chl_http_requests_total')?.samples.find(({ labels }) => labels.route === route),
    { labels: { method: 'POST', status: '4xx' }, value: 20 },
  );
  const kept = await app.json('/api/v1/traces?only=all&limit=100');
  const traces = kept.body.items.filter((one: { route: string }) => one.route === route);
  t.equal(traces.length, 20);
  t.match(traces[0], { status: 499, is_traced: true });
});

t.test('the oldest open trace ends in place of a new one that is refused', async (t) => {
  const tracing = createTracing();
  tracing.pickBy(() => true);
  for (let at = 0; at < 1001; at++) t.ok(tracing.begin(`request${at}`, undefined));
  t.equal(tracing.end('request0'), null);
  t.match(tracing.end('request1'), { trace: { spans: [] } });
  t.match(tracing.end('request1000'), { trace: { spans: [] } });
  for (let at = 0; at < 1001; at++) tracing.end(`request${at}`);
});

t.test('a request of the command line without a server is reported once', async (t) => {
  const root = makeFolder(t);
  const ended = await runHere(root, ['import', '--reason', 'test'], { CHL_OPERATIONS_MODE: 'noop' });
  t.equal(ended.code, 0, ended.err);
  const log = openDatabase(path.join(root, 'log.db'), { busyMs: 1000, readonly: true });
  t.teardown(() => log.close());
  const actions = log.prepare(`SELECT text FROM line WHERE text LIKE '%was answered with%'`).all();
  t.equal(actions.length, 1);
});

t.test('an action that was refused or has failed is no accepted one', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  await app.json('/api/v1/operations/import', { args: { mode: 'sideways' } });
  app.ops.exec('ALTER TABLE job RENAME TO gone');
  const { status } = await app.json('/api/v1/operations/export', { args: {} });
  app.ops.exec('ALTER TABLE gone RENAME TO job');
  t.equal(status, 500);
  const { body } = await app.json('/api/v1/log');
  const found = body.items.filter((line: { fields: { action?: string } }) => line.fields.action);
  t.match(found, [
    { level: 'warn', fields: { event: 'request.failed', action: 'job.accepted', status: 500 } },
    { level: 'info', fields: { event: 'request.refused', action: 'job.accepted', status: 422 } },
  ]);
});

t.test('a line of an unknown address has its path', async (t) => {
  const app = await startApp(t);
  await app.page('/no-such-page?with=a-query');
  await app.page(`/long-${'x'.repeat(500)}`);
  const { body } = await app.json('/api/v1/log');
  const [long, short] = body.items.map(({ text }: { text: string }) => text);
  t.match(short, /^GET to the unknown address \/no-such-page was answered with 404 after .* ms$/);
  t.match(long, /address \/long-x{114}… \(506 characters\) was answered/);
});

t.test('a flood of refused requests does not push the other lines out of the log', async (t) => {
  let at = new Date('2026-11-28T14:00:00.000Z');
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' }, now: () => at });
  const request = async (n: number) => (await fetch(`${app.origin}/nothing/${n}`)).arrayBuffer();
  app.log.warn('worth keeping');
  for (let n = 0; n < 300; n++) await request(n);
  const { body } = await app.json('/api/v1/log?text=unknown&limit=200');
  t.equal(body.items.length, 100);
  const requests = await app.json('/api/v1/requests?window=1h');
  t.equal(requests.body.items.find((one: { route: string }) => one.route === 'none').n, 300);
  at = new Date('2026-11-28T14:01:00.000Z');
  await request(300);
  const later = await app.json('/api/v1/log?text=left+out');
  t.match(later.body.items, [
    {
      text: 'Left out: 200 refused requests. The log keeps 100 a minute',
      fields: { event: 'request.refused', minute: '2026-11-28T14:00:00.000Z', suppressed: 200 },
    },
  ]);
});
