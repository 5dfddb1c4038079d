import '../support/plain-children.ts';
import t from 'tap';
import { logStore } from '../../src/log-store/feature.ts';
import { requests } from '../../src/requests/feature.ts';
import { startApp } from '../support/app.ts';
import { textOf } from '../support/screen.ts';

const env = { CHL_OPERATIONS_MODE: 'noop' };
const now = () => new Date('2026-11-29T09:30:00Z');

const wordsOf = ({ text }: { text: string }) => text.replace(/\s+/g, ' ').trim();

async function startCounted(t: Parameters<typeof startApp>[0]) {
  const app = await startApp(t, { env, now });
  const { requestCounter } = app.use(requests);
  const add = (times: number, route: string, ms: number, more = {}) => {
    for (let i = 0; i < times; i++)
      requestCounter.add({ method: 'GET', route, kind: 'request', status: 200, ms, ...more });
  };
  add(99, '/slow', 800);
  add(1, '/slow', 2000, { status: 500 });
  add(30, '/fast', 4);
  add(5, '/rare', 40);
  add(2, '/live', 90_000, { kind: 'stream' });
  add(1, '/file.zip', 3000, { kind: 'transfer' });
  return app;
}

t.test(
  'the page shows each route with its figures, streams and transfers in tables of their own',
  async (t) => {
    const app = await startCounted(t);
    const { html } = await app.page('/requests');
    const rows = html
      .querySelectorAll('section[aria-labelledby="h-request"] tbody tr')
      .map((row) => row.querySelectorAll('td').map(wordsOf).filter(Boolean).join(' '));
    t.same(rows, [
      'GET /slow 100 789 ms 789 ms 789 ms 2.0 s 1.0%',
      'GET /fast 30 4.0 ms 4.0 ms – 4.0 ms 0%',
      'GET /rare 5 40 ms – – 40 ms 0%',
    ]);
    const slow = html.querySelector('section[aria-labelledby="h-request"] tbody tr');
    t.same(slow?.querySelectorAll('.warntxt').map(wordsOf), ['789 ms', '789 ms', '789 ms', '2.0 s']);
    t.ok(slow?.querySelectorAll('.hist rect').length);
    t.match(textOf(html, 'section[aria-labelledby="h-stream"]'), 'GET /live 2 1 min');
    t.match(textOf(html, 'section[aria-labelledby="h-stream"]'), 'Streams 0 open now');
    const left = new AbortController();
    await fetch(`${app.origin}/ui/stream/telemetry`, { signal: left.signal });
    const again = await app.page('/requests');
    t.match(textOf(again.html, 'section[aria-labelledby="h-stream"]'), 'Streams 1 open now');
    left.abort();
    t.match(textOf(html, 'section[aria-labelledby="h-transfer"]'), 'GET /file.zip 1 3.0 s');
    t.match(
      textOf(html, '#request-sum'),
      '135 in 24 h; p95 789 ms; 0.7% answered with an error of the server.',
    );
  },
);

t.test('window and order are in the address', async (t) => {
  const app = await startCounted(t);
  const { html } = await app.page('/requests?window=1h&sort=n');
  t.match(textOf(html, '.chips [aria-current]'), '1 h 13');
  t.same(
    html.querySelectorAll('[aria-label="Timeframe"] a').map((link) => link.getAttribute('href')),
    [
      '/requests?window=1h&sort=n',
      '/requests?window=6h&sort=n',
      '/requests?sort=n',
      '/requests?window=7d&sort=n',
      '/requests?window=30d&sort=n',
    ],
  );
  t.match(textOf(html, 'th[aria-sort="descending"]'), 'Count');
  const host = html.querySelector('#request-list')?.getAttribute('hx-get') ?? '';
  t.equal(host, '/ui/requests/list?window=1h&sort=n');
  const { html: list } = await app.page(host);
  t.equal(list.querySelectorAll('tbody').length, 3);
  const { html: byRoute } = await app.page('/requests?sort=route');
  t.match(textOf(byRoute, 'section[aria-labelledby="h-request"] tbody tr'), 'GET /fast');
  t.same(
    html.querySelectorAll('.sortings a').map((link) => link.getAttribute('href')),
    ['p95', 'route', 'n', 'p50', 'p99', 'max', 'share_5xx'].map((sort) =>
      sort === 'p95' ? '/requests?window=1h' : `/requests?window=1h&sort=${sort}`,
    ),
    'narrow pages have no head with links',
  );
  t.match(textOf(html, '.sortings [aria-current]'), 'Count');
});

t.test('an unknown timeframe or order is refused', async (t) => {
  const app = await startCounted(t);
  for (const [query, message] of [
    ['window=3h', 'There is no timeframe "3h". Known: 1h, 6h, 24h, 7d, 30d.'],
    ['sort=colour', 'There is no order "colour". Known: p95, route, n, p50, p99, max, share_5xx.'],
  ] as const) {
    const { status, html } = await app.page(`/requests?${query}`);
    t.equal(status, 422);
    t.match(textOf(html, '#request-list [role="alert"]'), message);
    t.notOk(html.querySelector('#request-list table'), 'no figures of another one');
    t.equal(html.querySelector('#request-list')?.getAttribute('hx-get'), `/ui/requests/list?${query}`);
  }
  t.equal((await app.page('/requests?window=&sort=')).status, 200);
});

t.test('a server without requests says so', async (t) => {
  const app = await startApp(t, { env, now });
  const { html } = await app.page('/requests');
  t.match(textOf(html, '#request-list'), 'No requests in 24 h. By route');
  t.match(
    textOf(html, '#request-list'),
    'No requests in this timeframe. Every answered request is counted here.',
  );
});

t.test('the hub says how many there were, read every 15 s', async (t) => {
  const clock = { ms: now().getTime() };
  const app = await startApp(t, { env, now: () => new Date(clock.ms) });
  const sentence = async () => {
    const { body } = await app.json('/api/v1/activity');
    return body.items.find(({ name }: { name: string }) => name === 'Requests').sentence;
  };
  t.equal(await sentence(), 'No requests in 24 h.');
  app.use(requests).requestCounter.add({ method: 'GET', route: '/x', kind: 'request', status: 503, ms: 9 });
  const first = await sentence();
  t.match(first, /^\d in 24 h; \d+% answered with an error of the server\.$/, 'the first ones at once');
  app.use(requests).requestCounter.add({ method: 'GET', route: '/x', kind: 'request', status: 200, ms: 9 });
  t.equal(await sentence(), first);
  clock.ms += 15_000;
  t.not(await sentence(), first);
});

t.test('while the figures cannot be read, the page says why', async (t) => {
  const app = await startApp(t, { env, now });
  const { logStore: store } = app.use(logStore);
  await store.close();
  const { status, html } = await app.page('/requests?window=1h');
  t.equal(status, 200);
  t.match(textOf(html, '#request-list'), '30 d The requests could not be read The server is stopping.');
  t.match(await app.json('/api/v1/requests'), { status: 503, body: { error: { code: 'stopping' } } });
  t.match(textOf((await app.page('/activity')).html, '#activity-card'), 'Audit');
});
