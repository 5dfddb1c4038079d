// The log page and its API: filters, pages, a search that stops, what is shown of a line, and the states of the log.
import fs from 'node:fs';
import path from 'node:path';
import type { HTMLElement } from 'node-html-parser';
import t, { type Test } from 'tap';
import { createLineSearch } from '../../src/log/line-search.ts';
import { logStore } from '../../src/log-store/feature.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { textOf } from '../support/screen.ts';
import { makeFolder } from '../support/folder.ts';

const env = { CHL_OPERATIONS_MODE: 'noop', CHL_SLOW_REQUEST_MS: '60000' };

const start = (t: Test, now?: () => Date) => startApp(t, { env, ...(now ? { now } : {}) });
const textsOf = (html: HTMLElement) =>
  html
    .querySelectorAll('#log-list tbody tr')
    .map((row) => row.querySelector('.c-full')?.childNodes[0]?.text.trim());
const linkOf = (html: HTMLElement, rel: string) => html.querySelector(`a[rel=${rel}]`)?.getAttribute('href');
const listed = async (app: TestApp, query: string) => (await app.json(`/api/v1/log?${query}`)).body;
const texts = async (app: TestApp, query: string) =>
  (await listed(app, query)).items.map(({ text }: { text: string }) => text);

t.test('pages in both directions neither lose nor repeat a line while lines are added', async (t) => {
  const app = await start(t);
  for (let at = 1; at <= 120; at++) app.log.warn(`line ${at}`);
  const numbers = (html: HTMLElement) =>
    textsOf(html).flatMap((text) => Number(/^line (\d+)$/.exec(text ?? '')?.[1] ?? []) || []);
  const down: number[] = [];
  let address: string | undefined = '/log';
  let last = '';
  while (address) {
    const { html } = await app.page(address);
    down.push(...numbers(html));
    app.log.warn('late');
    last = address;
    address = linkOf(html, 'next');
  }
  t.strictSame(
    down,
    Array.from({ length: 120 }, (_, at) => 120 - at),
  );
  const up: number[] = [];
  address = linkOf((await app.page(last)).html, 'prev');
  while (address) {
    const { html } = await app.page(address);
    up.unshift(...numbers(html));
    address = linkOf(html, 'prev');
  }
  t.strictSame([...up, ...numbers((await app.page(last)).html)], down);
  const items = [];
  for (let cursor = ''; ; ) {
    const body = await listed(app, `limit=37${cursor}`);
    items.push(...body.items);
    if (body.next_cursor === null) break;
    cursor = `&cursor=${body.next_cursor}`;
  }
  t.equal(new Set(items.map(({ id }) => id)).size, items.length);
  t.equal(items.filter(({ text }) => /^line \d+$/.test(text)).length, 120);
});

t.test('each filter, alone and with others', async (t) => {
  let at = new Date('2026-11-20T10:00:00.000Z');
  const app = await start(t, () => at);
  app.log.warn({ request_id: 'aaaa1111', number: 7 }, 'The disk is 100% full');
  app.log.error({ err: new Error('no "room" left'), route: '/jobs/:n' }, 'saving failed');
  app.log.info({ event: 'job.queued', number: 8 }, 'job #8 queued');
  t.strictSame(await texts(app, 'level=error'), ['saving failed']);
  t.strictSame(await texts(app, 'level=warn'), ['saving failed', 'The disk is 100% full']);
  t.strictSame(await texts(app, 'text=100%25'), ['The disk is 100% full']);
  t.strictSame(await texts(app, 'text=ROOM%20saving'), ['saving failed'], 'words of the details');
  t.strictSame(await texts(app, `text=${encodeURIComponent('"no \\"room"')}`), []);
  t.strictSame(await texts(app, 'text=%2Fjobs%2F%3An'), ['saving failed'], 'the route');
  t.strictSame(await texts(app, 'request_id=aaaa1111'), ['The disk is 100% full']);
  t.strictSame(await texts(app, 'job=8'), ['job #8 queued']);
  t.strictSame(await texts(app, 'job=7&level=error'), []);
  t.strictSame(await texts(app, 'job=7&text=disk&level=warn'), ['The disk is 100% full']);
  const { html } = await app.page('/log?request=aaaa1111');
  t.strictSame(textsOf(html), ['The disk is 100% full']);
  t.match(textOf(html, '#log-list'), /Job #7/);
  at = new Date('2026-11-21T10:00:00.000Z');
  t.match(await listed(app, 'level=error'), { items: [{ level: 'error', route: '/jobs/:n' }] });
});

/** Texts without a word. */
const unsearchable = ['text=%22', 'text=%22%22%20%22'];

t.test('a filter that cannot be read is marked, and nothing is shown for it', async (t) => {
  const app = await start(t);
  const { html, status } = await app.page('/log?since=never&job=x');
  t.equal(status, 422);
  t.match(textOf(html, '#log-since-problem'), /"never" is not a time/);
  t.match(textOf(html, '#log-job-problem'), /"x" is no number of a job/);
  t.match(textOf(html, '#log-list'), /No lines are shown/);
  t.match(textOf((await app.page('/log?level=loud')).html, 'main'), /There is no level "loud"/);
  for (const query of [
    'level=loud',
    'since=never',
    'job=0',
    'job=1e3',
    'job=0x10',
    'unknown=1',
    'cursor=2&after=1',
    'limit=201',
    ...unsearchable,
  ])
    t.equal((await app.json(`/api/v1/log?${query}`)).status, 422, query);
  t.match(
    textOf((await app.page('/log?text=no-line-says-this')).html, '#log-list'),
    /No lines match these filters\. Show all lines/,
  );
});

t.test('since finds each line from that time on, also where the clock was set', async (t) => {
  const app = await start(t);
  const { logStore: store } = app.use(logStore);
  const addAt = (clock: string) =>
    store.add('lines', JSON.stringify({ level: 40, time: Date.parse(`2026-11-20T${clock}Z`), msg: clock }));
  for (const hour of [1, 2, 3, 4, 5, 6]) addAt(`0${hour}:00`);
  t.strictSame(await texts(app, 'since=2026-11-20T04:30:00Z&level=warn'), ['06:00', '05:00']);
  for (const minute of [10, 20, 30, 40]) addAt(`03:${minute}`);
  t.strictSame(await texts(app, 'since=2026-11-20T03:20:00Z&level=warn'), [
    ...['03:40', '03:30', '03:20'],
    ...['06:00', '05:00', '04:00'],
  ]);
  t.strictSame(await texts(app, 'since=2026-11-20T05:30:00Z&level=warn'), ['06:00']);
  t.strictSame(await texts(app, 'since=2026-11-20T06:00:01Z&level=warn&text=0'), []);
});

t.test('a search that takes too long says where it stopped, and goes on from there', async (t) => {
  const app = await start(t);
  const { logStore: store } = app.use(logStore);
  app.log.warn('the needle');
  for (let at = 0; at < 500; at++) app.log.warn(`hay ${at}`);
  const search = createLineSearch(store, { sliceMs: 0, maxMs: 0, first: 100, min: 100 });
  const found: string[] = [];
  let stops = 0;
  for (let before: number | undefined; ; stops += 1) {
    const page = await search.page({ words: ['needle'] }, 10, { before });
    found.push(...page.lines.map(({ text }) => text));
    if (page.stopped === null) break;
    t.ok(page.stopped.at instanceof Date);
    before = page.stopped.id;
  }
  t.strictSame(found, ['the needle']);
  t.ok(stops >= 4, `${stops} stops`);
});

t.test('a line links its job and its request, and shows what else it says', async (t) => {
  const app = await start(t);
  app.log.error(
    { err: new Error('<b>boom</b>'), number: 3, request_id: 'bbbb2222', extra: { a: 1 } },
    '<i>failed</i>',
  );
  const { html, text } = await app.page('/log?level=error');
  const row = html.querySelector('#log-list tbody tr');
  t.match(textOf(html, '#log-list tbody tr'), /Error .*<i>failed<\/i>: <b>boom<\/b> .*Job #3, details/);
  t.notMatch(text, '<b>boom');
  t.match(row?.querySelector('pre')?.text, /Error: <b>boom<\/b>\n {4}at /);
  const links = row?.querySelectorAll('a').map((link) => link.getAttribute('href'));
  t.strictSame(links, ['/jobs/3', '/log?job=3', '/log?request=bbbb2222']);
});

t.test('the page of the newest lines promises new ones only where scripts run', async (t) => {
  const app = await start(t);
  const { html } = await app.page('/log');
  const meta = html.querySelector('#log-list .meta');
  t.equal(meta?.querySelector('.js-only')?.text, '(new lines appear by themselves)');
  meta?.querySelector('.js-only')?.remove();
  t.equal(meta?.text.trim(), 'Newest first');
});

t.test('a secret of today is masked in a line of yesterday', async (t) => {
  const root = makeFolder(t);
  const secret = 'zx81-later-known-secret-4711';
  const app = await startApp(t, { env, root });
  app.log.warn({ key: secret, err: new Error(secret) }, `with ${secret}`);
  t.match((await app.page('/log')).text, secret, 'nobody knows it yet');
  app.redactor.add(() => [secret]);
  app.redactor.refresh();
  app.log.warn(`again ${secret}`);
  t.notMatch((await app.page('/log')).text, secret);
  t.notMatch(JSON.stringify(await listed(app, '')), secret);
  const stored = await app.use(logStore).logStore.ask('linesOf', {
    filter: { words: ['again'] },
    from: 0,
    to: Number.MAX_SAFE_INTEGER,
    isUp: false,
    limit: 1,
  });
  t.strictSame(
    stored.map(({ text }) => text),
    ['again [masked]'],
    'and in the file',
  );
});

t.test('the page says that the log was made again, lacks lines, or cannot be written', async (t) => {
  const app = await start(t);
  const { logStore: store } = app.use(logStore);
  await store.tend();
  t.match(
    textOf((await app.page('/log')).html, '#log-state-card'),
    /lines?, [\d.]+ [KM]iB of 256 MiB, since/,
  );
  fs.rmSync(path.join(app.root, 'log.db'));
  await store.tend();
  t.match(textOf((await app.page('/log')).html, '#log-state-card'), /Made again .*: log\.db was removed\./);
  for (const name of ['', '-wal', '-shm']) fs.rmSync(path.join(app.root, `log.db${name}`), { force: true });
  fs.mkdirSync(path.join(app.root, 'log.db'));
  await store.tend();
  const { html, status } = await app.page('/log');
  t.equal(status, 200);
  t.match(textOf(html, '#log-list'), /The log cannot be read now .*log\.db is a folder/);
  t.match(textOf(html, '#log-state-card'), /No lines are kept since/);
  t.match(textOf((await app.page('/activity')).html, 'main'), /Log No lines are kept since .* Not kept/);
  t.equal((await app.json('/api/v1/log')).status, 503);
  fs.rmdirSync(path.join(app.root, 'log.db'));
  await store.tend();
  t.match(textOf((await app.page('/log')).html, '#log-state-card'), /lines? .*(was|were) not kept/);
  t.match(textOf((await app.page('/activity')).html, 'main'), /not kept \d/);
});
