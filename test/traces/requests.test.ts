import t from 'tap';
import { requests } from '../../src/requests/feature.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { textOf } from '../support/screen.ts';
import { traceparent } from '../support/traces.ts';

const outside = traceparent.slice(3, 35);

/** Asks with the sampled trace of another program, which is always traced. */
async function traced(app: TestApp, address: string, headers: Record<string, string> = {}) {
  const { status } = await app.page(address, { traceparent, ...headers });
  const { body } = await app.json('/api/v1/traces?only=all&limit=1');
  const { body: whole } = await app.json(`/api/v1/requests/${body.items[0].id}`);
  return { status, whole };
}

t.test(
  'a request of a traced program is traced, with the statements and the rendering of its page',
  async (t) => {
    const app = await startApp(t, { env: { CHL_SLOW_REQUEST_MS: '60000' } });
    await app.run('import');
    const { whole } = await traced(app, '/jobs');
    t.match(whole, {
      method: 'GET',
      route: '/jobs',
      address: '/jobs',
      status: 200,
      kept: 'sampled',
      is_traced: true,
      trace_id: outside,
      parent_id: 'b7ad6b7169203331',
      left_out: 0,
      phases: null,
    });
    const kinds = whole.spans.map(({ kind }: { kind: string }) => kind);
    for (const kind of ['check', 'db', 'render', 'http'])
      t.ok(kinds.includes(kind), `a part of kind ${kind}`);
    const statement = whole.spans.find(({ kind }: { kind: string }) => kind === 'db');
    t.match(statement.name, /^ops: SELECT/i);
    t.type(statement.rows, 'number');
    const page = whole.spans.find(({ name }: { name: string }) => name === 'jobs/list-page.eta');
    t.ok(page, 'the template of the page is a part');
    const total = whole.ms * 1000;
    for (const { start_us, us } of whole.spans) t.ok(start_us >= 0 && start_us + us <= total + 1);

    const { html } = await app.page(`/requests/${whole.id}`);
    t.equal(textOf(html, 'h1'), 'GET /jobs');
    t.match(textOf(html, '.wf'), 'Guard: host, identity, role');
    t.match(textOf(html, '.legend'), 'Database');
    t.match(textOf(html, 'main'), 'Kept: part of a trace of another program.');
    const others = textOf(html, 'section[aria-labelledby="h-others"]');
    t.match(others, /1 request in 24 h; p50 [\d.]+ ms\. The bars are from 1 ms to 2 s\./);
  },
);

t.test('the checks of a request that they refuse end before its answer is sent', async (t) => {
  const app = await startApp(t, { env: { CHL_SLOW_REQUEST_MS: '60000' } });
  const { status, whole } = await traced(app, '/no-such-page');
  t.equal(status, 404);
  const part = (name: RegExp) => whole.spans.find((span: { name: string }) => name.test(span.name));
  const [checks, send] = [part(/^Guard/), part(/^Send/)];
  t.ok(checks.start_us + checks.us <= send.start_us, `${JSON.stringify([checks, send])}`);
  const { html } = await app.page(`/requests/${whole.id}`);
  t.match(textOf(html, '.wf'), 'GET unknown addresses');
});

t.test('the page of a request compares it with all requests of its route', async (t) => {
  const app = await startApp(t);
  Object.assign(app.config, { slowRequestMs: 0 });
  const { requestCounter } = app.use(requests);
  for (let i = 0; i < 199; i++)
    requestCounter.add({ method: 'GET', route: '/operations', kind: 'request', status: 200, ms: 0.02 });
  await app.page('/operations');
  const { body } = await app.json('/api/v1/traces?route=/operations');
  const { html } = await app.page(`/requests/${body.items[0].id}`);
  const others = textOf(html, 'section[aria-labelledby="h-others"]');
  t.match(
    others,
    /200 requests in 24 h; p50 0\.02 ms, p95 0\.02 ms\. This one was slower than 99\.5% of them\./,
  );
  t.ok(html.querySelector('section[aria-labelledby="h-others"] .hist rect'));
});

t.test('a request that is slow or fails is kept without being traced, and says so', async (t) => {
  const app = await startApp(t);
  app.tracing.pickBy(() => false);
  Object.assign(app.config, { slowRequestMs: 0 });
  await app.page('/operations');
  const { body } = await app.json('/api/v1/traces?only=bad');
  const [slow] = body.items.filter(({ route }: { route: string }) => route === '/operations');
  t.match(slow, { kept: 'slow', is_traced: false, trace_id: null });
  const { html } = await app.page(`/requests/${slow.id}`);
  t.match(textOf(html, 'main'), 'This request was not traced');
});
