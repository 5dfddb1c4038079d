// The figures of requests: counts, windows, and the exactness of percentiles.
import '../support/plain-children.ts';
import t, { type Test } from 'tap';
import { requests } from '../../src/requests/feature.ts';
import { startApp, type TestApp, untilStreams } from '../support/app.ts';
import { sendMany } from '../support/many-requests.ts';
import { openStream } from '../support/stream.ts';
import { makeFolder } from '../support/folder.ts';

const env = { CHL_OPERATIONS_MODE: 'noop' };
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

type Item = { method: string; route: string; kind: string; n: number; p95: number | null };

async function read(app: TestApp, window = '24h') {
  const { status, body } = await app.json(`/api/v1/requests?window=${window}`);
  t.equal(status, 200);
  return body;
}

const itemOf = (items: Item[], route: string, kind = 'request') =>
  items.find((item) => item.route === route && item.kind === kind);

/** Lines of the log of answered requests. */
function collectLines() {
  const lines: { method: string; url: string; status: number; ms?: number }[] = [];
  return { lines, output: { write: (text: string) => void lines.push(JSON.parse(text)) } };
}

t.test('10,000 requests: percentiles within 3 % of the exact ones of the recorded durations', async (t) => {
  const { lines, output } = collectLines();
  const app = await startApp(t, { env, output });
  await sendMany(app.origin, 10_000, (i) => (i % 50 === 0 ? '/jobs' : '/livez'));
  const { items, n } = await read(app);
  t.ok(n >= 10_000);
  for (const [route, sent] of [
    ['/livez', 9800],
    ['/jobs', 200],
  ] as const) {
    const told = itemOf(items, route) as unknown as Record<string, number>;
    const exact = lines
      .flatMap(({ url, ms }) => (url === route ? (ms ?? []) : []))
      .sort((one, other) => one - other);
    t.equal(told.n, sent);
    t.equal(exact.length, sent);
    for (const [name, q] of [
      ['p50', 0.5],
      ['p95', 0.95],
      ['p99', 0.99],
    ] as const) {
      const wanted = exact[Math.ceil(q * sent) - 1] ?? 0;
      t.ok(
        Math.abs((told[name] ?? 0) / wanted - 1) < 0.03,
        `${route} ${name}: ${told[name]}, exactly ${wanted}`,
      );
    }
    t.equal(told.max, exact.at(-1));
  }
});

/** A server whose clock is at the given time. */
async function startAt(t: Test, iso: string, root?: string) {
  const clock = { ms: Date.parse(iso) };
  const app = await startApp(t, { env, now: () => new Date(clock.ms), ...(root ? { root } : {}) });
  const { requestCounter } = app.use(requests);
  const add = (times: number, given: Partial<Parameters<typeof requestCounter.add>[0]> = {}) => {
    for (let i = 0; i < times; i++)
      requestCounter.add({ method: 'GET', route: '/x', kind: 'request', status: 200, ms: 10, ...given });
  };
  return { app, clock, add };
}

t.test('each window has the requests of its time', async (t) => {
  const { app, clock, add } = await startAt(t, '2026-11-02T09:30:00Z');
  const now = Date.parse('2026-11-29T09:30:20Z');
  const ages: [number, number][] = [
    [27 * 24 * hourMs, 1],
    [6 * 24 * hourMs, 2],
    [23 * hourMs, 4],
    [5 * hourMs, 8],
    [59 * minuteMs, 16],
    [0, 32],
  ];
  for (const [age, times] of ages) {
    clock.ms = now - age;
    add(times);
  }
  const counts = async () => {
    const windows = ['1h', '6h', '24h', '7d', '30d'];
    const all = await Promise.all(windows.map((window) => read(app, window)));
    return all.map(({ items }) => itemOf(items, '/x')?.n ?? 0);
  };
  t.same(await counts(), [48, 56, 60, 62, 63]);
  clock.ms = now + 2 * minuteMs;
  t.same(await counts(), [32, 56, 60, 62, 63]);
  clock.ms = now + 2 * hourMs;
  t.same(await counts(), [0, 48, 56, 62, 63]);
});

t.test('counts survive a restart, and a clock that was set back', async (t) => {
  const root = makeFolder(t);
  const first = await startAt(t, '2026-11-29T09:30:00Z', root);
  first.add(5);
  await first.app.close();
  const { app, clock, add } = await startAt(t, '2026-11-29T09:40:00Z', root);
  const n = async (window: string) => itemOf((await read(app, window)).items, '/x')?.n ?? 0;
  t.equal(await n('1h'), 5);
  clock.ms -= 48 * hourMs;
  t.equal(await n('1h'), 0, 'later ones are not counted');
  add(3);
  t.equal(await n('1h'), 3);
  clock.ms += 48 * hourMs;
  t.equal(await n('1h'), 5);
  t.equal(await n('7d'), 8);
});

t.test('p95 needs 20 requests and p99 needs 100', async (t) => {
  const { app, add } = await startAt(t, '2026-11-29T09:30:00Z');
  const figures = async () => itemOf((await read(app)).items, '/x');
  add(19);
  t.match(await figures(), { n: 19, p50: Number, p95: null, p99: null, max: 10, share_5xx: 0 });
  add(1, { status: 503 });
  t.match(await figures(), { n: 20, p95: Number, p99: null, share_5xx: 0.05 });
  add(80, { ms: 40 });
  t.match(await figures(), { n: 100, p99: Number, max: 40 });
});

t.test('streams and transfers are counted apart', async (t) => {
  const app = await startApp(t, { env });
  const stream = await openStream(app.origin, '/ui/stream/telemetry');
  await stream.until(({ event }) => event !== '');
  stream.close();
  await untilStreams(app, 0);
  for (const format of ['csv', 'json'])
    await fetch(`${app.origin}/api/v1/audit?format=${format}`).then((answer) => answer.text());
  const { items, n } = await read(app);
  t.match(itemOf(items, '/ui/stream/telemetry', 'stream'), { n: 1 });
  t.match(itemOf(items, '/api/v1/audit', 'transfer'), { n: 1 });
  t.match(itemOf(items, '/api/v1/audit'), { n: 1 });
  const ofRequests = items.filter(({ kind }: Item) => kind === 'request');
  t.equal(
    n,
    ofRequests.reduce((sum: number, item: Item) => sum + item.n, 0),
  );
});

t.test('the requests that the server sends to itself are left out', async (t) => {
  const app = await startApp(t, { env });
  const before = await read(app);
  await app.parts.checker.runOnce('self-attack');
  const after = await read(app);
  t.equal(after.n, before.n + 1, 'only the first reading was added');
});

t.test('an unknown window is refused', async (t) => {
  const app = await startApp(t, { env });
  t.equal((await app.json('/api/v1/requests?window=2h')).status, 422);
  t.equal((await app.json('/api/v1/requests?since=1h')).status, 422);
});
