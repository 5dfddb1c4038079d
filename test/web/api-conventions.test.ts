// The parts that all routes of the API share.
import t from 'tap';
import { startApp } from '../support/app.ts';
import { collectRoutes } from '../support/routes.ts';

t.test('the routes of the API share their conventions', async (t) => {
  const routes = collectRoutes(t);
  const app = await startApp(t);
  const send = (method: string, path: string, body?: string) =>
    fetch(app.origin + path, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body }),
    });

  await t.test('a list without pages of its own is cut into pages', async (t) => {
    const all = await app.json('/api/v1/sources');
    const names = all.body.items.map(({ name }: { name: string }) => name);
    t.ok(names.length > 1);
    const first = await app.json('/api/v1/sources?limit=1');
    t.same(first.body.items[0].name, names[0]);
    t.equal(first.body.items.length, 1);
    const next = await app.json(`/api/v1/sources?limit=1&cursor=${first.body.next_cursor}`);
    t.equal(next.body.items[0].name, names[1]);
    t.equal((await app.json('/api/v1/sources?limit=200')).body.next_cursor, null);
    for (const query of ['limit=0', 'limit=201', 'cursor=-1', 'colour=red'])
      t.equal((await app.json(`/api/v1/sources?${query}`)).status, 422, query);
  });

  await t.test('a refused list answers the error as other routes do', async (t) => {
    const lists = routes.filter(({ method, url, schema }) => {
      const { querystring } = (schema ?? {}) as { querystring?: { properties?: object } };
      return method === 'GET' && !url.includes(':') && 'limit' in (querystring?.properties ?? {});
    });
    t.ok(lists.length > 4, `${lists.length} lists`);
    for (const { url } of lists)
      t.match(
        await app.json(`${url}?limit=0`),
        { status: 422, body: { error: { code: 'invalid_arguments' } } },
        url,
      );
  });

  await t.test('a key of a query that is not known is refused', async (t) => {
    for (const path of ['queue', 'workers', 'index', 'setup', 'status', 'settings'])
      t.equal((await app.json(`/api/v1/${path}?colour=red`)).status, 422, path);
  });

  await t.test('each action takes a reason, which reaches its audit row', async (t) => {
    const created = await app.json('/api/v1/tokens', {
      name: 'ci',
      role: 'viewer',
      reason: 'for the nightly run',
    });
    t.equal(created.status, 201);
    const row = app.ops
      .prepare(`SELECT reason, detail FROM audit WHERE event = 'access.token_created'`)
      .get() as { reason: string; detail: string };
    t.equal(row.reason, 'for the nightly run');
    t.notMatch(row.detail, 'nightly');
    const refused = await app.json('/api/v1/queue/retry-failed', { reason: 'try', confirm: null, colour: 1 });
    t.match(refused, { status: 422, body: { error: { message: /colour: is not known/ } } });
  });

  await t.test(
    'the body of each action may carry a reason and a confirmation, as text or null',
    async (t) => {
      const unsafe = routes.filter(({ method, url }) => url.startsWith('/api/v1/') && method !== 'GET');
      t.ok(unsafe.length > 20, `${unsafe.length} routes`);
      for (const { method, url, schema, config } of unsafe) {
        const { body } = schema as { body?: { properties?: Record<string, unknown> } };
        if (config.isUpload && !body) continue;
        const { reason, confirm } = body?.properties ?? {};
        t.same([reason, confirm], [text(1000), text(200)], `${method} ${url}`);
      }
      const put = (body: object) => send('PUT', '/api/v1/settings/values', JSON.stringify(body));
      const values = { 'retention.days': 8 };
      t.equal((await put({ values, reason: null, confirm: null })).status, 200);
      t.equal((await put({ values: { 'retention.days': null }, reason: 'over', confirm: 'x' })).status, 200);
      const reasons = app.ops.prepare(
        `SELECT reason FROM audit WHERE event = 'settings.changed' ORDER BY id`,
      );
      t.same(reasons.pluck().all(), [null, 'over']);
    },
  );

  await t.test('a type without a body is no error where the body is optional', async (t) => {
    t.equal((await send('DELETE', '/api/v1/tokens/ci')).status, 204);
    t.equal((await send('DELETE', '/api/v1/tokens/ci', '{')).status, 400);
    t.equal((await send('POST', '/api/v1/tokens', '')).status, 400, 'but where it is required');
  });
});

function text(maxLength: number) {
  return { type: ['string', 'null'], maxLength };
}
