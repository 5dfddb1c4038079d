import t from 'tap';
import { startApp } from '../support/app.ts';
import { as, startWithRoles } from '../support/roles.ts';
import { openStream } from '../support/stream.ts';

const named = (items: { name: string }[], name: string) => items.find((one) => one.name === name);
const reason = 'a test needs it';

t.test('the list has every cache with its figures, and a rate from 20 reads on', async (t) => {
  const app = await startApp(t);
  for (let i = 0; i < 3; i++) await app.page('/operations');
  const { body } = await app.json('/api/v1/caches');
  const names = body.items.map(({ name }: { name: string }) => name);
  t.strictSame(names, [...names].sort());
  for (const name of ['pages', 'cards', 'templates', 'statements', 'series', 'clicks', 'search'])
    t.ok(names.includes(name), name);
  const templates = named(body.items, 'templates');
  t.match(templates, { max_entries: Number, max_bytes: Number, ttl_ms: null, evictions: 0 });
  t.ok((templates as { entries?: number }).entries);
  t.match(templates, { hit_rate: Number });
  t.match(named(body.items, 'clicks'), { entries: 0, hits: 0, hit_rate: null, ttl_ms: 10_000 });
});

t.test('a flush needs a reason, answers the number of entries, and the next read is a miss', async (t) => {
  const app = await startApp(t);
  await app.run('import');
  await app.run('index');
  const search = '/api/v1/search?q=retry';
  const first = await app.json(search);
  t.same((await app.json(search)).body.hits, first.body.hits);
  const read = async () => named((await app.json('/api/v1/caches')).body.items, 'search');
  t.match(await read(), { entries: 1, hits: 1, misses: 1 });
  const flush = '/api/v1/caches/search/flush';
  t.match(await app.json(flush, {}), { status: 422, body: { error: { code: 'confirmation_required' } } });
  t.match(await app.json(flush, { reason: 'no' }), { status: 422 });
  t.match(await read(), { entries: 1 }, 'a refused flush removes nothing');
  t.strictSame((await app.json(flush, { reason })).body, { removed: 1 });
  t.match(await read(), { entries: 0, bytes: 0 });
  t.same((await app.json(search)).body.hits, first.body.hits);
  t.match(await read(), { entries: 1, hits: 1, misses: 2 });
  const { body } = await app.json('/api/v1/audit?event=cache.flushed&outcome=ok');
  t.match(body.items, [
    { target: 'cache:search', reason, detail: { before: { entries: 1 }, after: { entries: 0, bytes: 0 } } },
  ]);
});

t.test('keys are sorted by hits, bytes or age, and one of them shows its value', async (t) => {
  const app = await startApp(t);
  for (let i = 0; i < 2; i++) await app.page('/jobs');
  const keys = async (query: string) => (await app.json(`/api/v1/caches/statements/keys${query}`)).body;
  const values = (items: Record<string, number>[], field: string) => items.map((one) => one[field] ?? 0);
  const isFalling = (numbers: number[]) => numbers.every((value, at) => value <= (numbers[at - 1] ?? value));
  const { items } = await keys('');
  t.ok(items.length > 3);
  t.ok(isFalling(values(items, 'hits')));
  t.ok(items[0].hits > 0);
  t.ok(isFalling(values((await keys('?sort=bytes')).items, 'bytes')));
  t.equal((await keys('?sort=age&limit=1')).items.length, 1);
  const key = items[0].key as string;
  t.equal(items[0].preview, null);
  t.match((await keys(`?key=${encodeURIComponent(key)}`)).items, [{ key, preview: key }]);
  t.match(await app.json('/api/v1/caches/statements/keys?key=none'), { status: 404 });
  t.match(await app.json('/api/v1/caches/statements/keys?colour=1'), { status: 422 });
  t.match(await app.json('/api/v1/caches/none/keys'), { status: 404 });
  t.match(await app.json('/api/v1/caches/none/flush', { reason }), { status: 404 });
});

t.test('a preview has 2 KiB at most, and no secret', async (t) => {
  const app = await startApp(t);
  const secret = `chl_${'s3cr3t'.repeat(8)}`;
  const kept = app.caches.create<string>('of-a-test', {
    reads: 'viewer',
    about: 'Texts of a test.',
    entries: 9,
    bytes: 100_000,
    sizeOf: (text) => text.length,
    show: (text) => text,
  });
  kept.set('one', `see ${secret} ${'é'.repeat(5000)}`);
  kept.set(`key ${secret}`, 'x');
  const { body } = await app.json('/api/v1/caches/of-a-test/keys?key=one');
  const { preview } = body.items[0];
  t.match(preview, /^see \[masked\] é+…$/);
  t.ok(Buffer.byteLength(preview) <= 2048 + 3);
  const { text } = await app.page('/caches/of-a-test?key=one');
  t.notMatch(text, /s3cr3t/);
  t.match(text, /key \[masked\]/);
});

t.test('an operator may flush, a viewer may only read', async (t) => {
  const app = await startWithRoles(t);
  const flush = (role: 'viewer' | 'operator') =>
    app.json('/api/v1/caches/templates/flush', { reason }, as(role));
  t.match(await flush('viewer'), { status: 403, body: { error: { code: 'forbidden' } } });
  t.match(await flush('operator'), { status: 200 });
  t.match(await app.json('/api/v1/caches', undefined, as('viewer')), { status: 200 });
});

t.test('keys and values need the role that their content needs', async (t) => {
  const app = await startWithRoles(t);
  const { caches } = app;
  const kept = caches.find('cards');
  t.equal(kept?.reads, 'admin');
  const headers = as('admin').authorization ?? '';
  const stream = await openStream(app.origin, '/ui/stream/telemetry?topics=access', {
    authorization: headers,
  });
  await stream.until(({ event }) => event === 'access');
  const keys = (query: string, role: 'viewer' | 'admin') =>
    app.json(`/api/v1/caches/cards/keys${query}`, undefined, as(role));
  for (const query of ['', '?key=admin%20access', '?key=none'])
    t.match(await keys(query, 'viewer'), { status: 403, body: { error: { code: 'forbidden' } } }, query);
  t.match(await keys('?key=admin%20access', 'admin'), { body: { items: [{ preview: /Tokens/ }] } });
  for (const name of ['pages', 'clicks']) {
    const { status } = await app.json(`/api/v1/caches/${name}/keys`, undefined, as('viewer'));
    t.equal(status, 403, name);
  }
  for (const address of ['/caches/cards', '/ui/caches/cards?key=admin%20access']) {
    const { status, text } = await app.page(address, as('viewer'));
    t.equal(status, 200);
    t.match(text, 'Its entries are not shown. Needs an admin; you are a viewer.');
    t.notMatch(text, 'admin access');
  }
  t.match(await app.json('/api/v1/caches/statements/keys', undefined, as('viewer')), { status: 200 });
});

t.test('a watched card is rendered anew after a flush', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  const read = async () => named((await app.json('/api/v1/caches')).body.items, 'cards');
  const first = await openStream(app.origin, '/ui/stream/telemetry?topics=queue');
  const frame = await first.until(({ event }) => event === 'queue');
  t.match(await read(), { entries: 1 });
  t.match(await app.json('/api/v1/caches/cards/flush', { reason }), { body: { removed: 1 } });
  const second = await openStream(app.origin, '/ui/stream/telemetry?topics=queue');
  const again = await second.until(({ event }) => event === 'queue');
  t.equal(again.data, frame.data);
  t.match(await read(), { entries: 1 });
});
