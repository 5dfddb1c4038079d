// The inventory of routes: what there is, and that every operation has each of its faces.
import diagnostics from 'node:diagnostics_channel';
import type { FastifyInstance } from 'fastify';
import t, { type Test } from 'tap';
import { dashboardCards } from '../../src/web/cards.ts';
import { startApp } from '../support/app.ts';
import { operationRow, textOf } from '../support/screen.ts';

const noop = { env: { CHL_OPERATIONS_MODE: 'noop' } };

const known = [
  'GET /',
  'GET /api/v1/entries',
  'GET /api/v1/entries/:id',
  'GET /api/v1/index',
  'GET /api/v1/index/snapshot',
  'GET /api/v1/openapi.json',
  'GET /api/v1/operations',
  'GET /api/v1/operations/jobs',
  'GET /api/v1/operations/jobs/:id',
  'GET /api/v1/operations/jobs/:id/log',
  'GET /api/v1/operations/jobs/:id/rows',
  'GET /api/v1/operations/retention',
  'GET /api/v1/queue',
  'GET /api/v1/search',
  'GET /api/v1/telemetry/samples',
  'GET /api/v1/telemetry/snapshot',
  'GET /api/v1/workers',
  'GET /assets/:hash/*',
  'GET /health',
  'GET /jobs',
  'GET /jobs/:number',
  'GET /jobs/:number/log.txt',
  'GET /jobs/bulk/:id',
  'GET /library',
  'GET /library/:id',
  'GET /metrics',
  'GET /operations',
  'GET /ui/index/download',
  'GET /ui/jobs',
  'GET /ui/jobs/:number/cancel',
  'GET /ui/jobs/:number/card',
  'GET /ui/jobs/:number/notice',
  'GET /ui/jobs/:number/log',
  'GET /ui/jobs/:number/log/levels',
  'GET /ui/jobs/:number/log/size',
  'GET /ui/jobs/:number/retry',
  'GET /ui/jobs/:number/rows',
  'GET /ui/jobs/:number/rows/news',
  'GET /ui/jobs/bulk',
  'GET /ui/jobs/bulk/:id',
  'GET /ui/jobs/changes',
  'GET /ui/jobs/news',
  'GET /ui/keys',
  'GET /ui/operations/:operation/confirm',
  'GET /ui/stream/telemetry',
  'GET /ui/workers/drain',
  'POST /api/v1/index/snapshot',
  'POST /api/v1/index/snapshot/discard',
  'POST /api/v1/operations/:operation',
  'POST /api/v1/operations/jobs/:id/cancel',
  'POST /api/v1/operations/jobs/:id/retry',
  'POST /api/v1/operations/jobs/bulk',
  'POST /api/v1/queue/retry-failed',
  'POST /api/v1/workers/drain',
  'POST /api/v1/workers/drain/cancel',
  'POST /api/v1/workers/pause',
  'POST /api/v1/workers/resume',
  'POST /ui/index/discard',
  'POST /ui/index/upload',
  'POST /ui/jobs/:number/cancel',
  'POST /ui/jobs/:number/retry',
  'POST /ui/jobs/bulk',
  'POST /ui/keys',
  'POST /ui/operations/run/:operation',
  'POST /ui/queue/retry-failed',
  'POST /ui/theme',
  'POST /ui/workers/drain',
  'POST /ui/workers/drain/cancel',
  'POST /ui/workers/pause',
  'POST /ui/workers/resume',
];

t.test('these are all the routes, each of the API with a schema', async (t) => {
  const routes = collectRoutes(t);
  await startApp(t, noop);
  const names = routes.map(({ method, url }) => `${method} ${url.replace(/[0-9a-f]{8}/, ':hash')}`);
  t.strictSame(names.sort(), [...known, ...dashboardCards.map((card) => `GET ${card.path}`)].sort());
  const ofTheApi = routes.filter(({ url }) => url.startsWith('/api/') || url === '/health');
  t.ok(ofTheApi.length > 10);
  for (const { method, url, schema } of ofTheApi) t.ok(schema, `${method} ${url}`);
});

t.test('openapi.json says of every route what it is for, and what it answers', async (t) => {
  const app = await startApp(t, noop);
  const { body } = await app.json('/api/v1/openapi.json');
  const described = Object.entries(body.paths).flatMap(([url, methods]) =>
    Object.entries(methods as Record<string, { summary?: string; responses: object }>).map(
      ([method, { summary, responses }]) => ({ name: `${method.toUpperCase()} ${url}`, summary, responses }),
    ),
  );
  const ofTheApi = known.filter((name) => name.includes(' /api/') || name.endsWith(' /health'));
  t.strictSame(described.map(({ name }) => name.replace(/\{(\w+)\}/g, ':$1')).sort(), ofTheApi.sort());
  for (const { name, summary, responses } of described) {
    const [answered, ...refused] = Object.keys(responses).sort();
    t.match(summary, /^[A-Z].*\.$/, name);
    t.match(answered, /^20[0-2]$/, name);
    t.match(refused.at(-1), name === 'GET /health' ? '503' : '5XX', name);
  }
});

t.test('every operation of the catalogue has each of its faces', async (t) => {
  const app = await startApp(t, noop);
  const { html } = await app.page('/operations');
  const { body } = await app.json('/api/v1/operations');
  const operations = app.services.catalogue.all();
  t.ok(operations.length >= 3);
  for (const { name, title, confirmWord } of operations) {
    t.match(textOf(html, operationRow(name)), title, `${name}: card row`);
    t.ok(
      html.querySelector(`${operationRow(name)} a[href="/ui/operations/${name}/confirm"]`),
      `${name}: dialog link`,
    );
    t.equal((await app.page(`/ui/operations/${name}/confirm`)).status, 200, `${name}: dialog`);
    t.ok(
      body.items.some((item: { name: string }) => item.name === name),
      `${name}: API listing`,
    );
    const confirmed = { reason: 'inventory', confirm: confirmWord ?? '', when_locked: 'wait' };
    const accepted = await app.json(`/api/v1/operations/${name}`, { args: {}, ...confirmed });
    t.equal(accepted.status, 202, `${name}: API run`);
    t.equal((await app.submit(`/ui/operations/run/${name}`, confirmed)).status, 303, `${name}: page run`);
  }
});

/** Every route that a server declares from now on, HEAD left out. Fastify tells of each new instance on a channel. */
function collectRoutes(t: Test): { method: string; url: string; schema: unknown }[] {
  const routes: { method: string; url: string; schema: unknown }[] = [];
  const onServer = (message: unknown) => {
    const { fastify } = message as { fastify: FastifyInstance };
    fastify.addHook('onRoute', ({ method, url, schema }) => {
      for (const name of [method].flat()) if (name !== 'HEAD') routes.push({ method: name, url, schema });
    });
  };
  diagnostics.subscribe('fastify.initialization', onServer);
  t.teardown(() => diagnostics.unsubscribe('fastify.initialization', onServer));
  return routes;
}
