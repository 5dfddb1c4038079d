// The audit page and its API: filters, pages, rows in words, links, and what is wrong with a filter.
import '../support/plain-children.ts';
import type { HTMLElement } from 'node-html-parser';
import t from 'tap';
import { startApp, type TestApp } from '../support/app.ts';
import { addRow } from '../support/audit.ts';
import { as, startWithRoles } from '../support/roles.ts';
import { fieldProblems, textOf } from '../support/screen.ts';

const noop = { env: { CHL_OPERATIONS_MODE: 'noop' } };

const idsOf = (html: HTMLElement) =>
  html.querySelectorAll('.audit tbody tr').map(({ id }) => Number(id.replace('row-', '')));
const linkOf = (html: HTMLElement, rel: string) => html.querySelector(`a[rel=${rel}]`)?.getAttribute('href');

async function read(app: TestApp, address: string) {
  const { html, status } = await app.page(address);
  return { html, status, ids: idsOf(html), text: textOf(html, 'section[aria-labelledby=h-rows]') };
}

t.test('a new server has nothing but its start', async (t) => {
  const app = await startApp(t, noop);
  const { html, ids } = await read(app, '/audit');
  t.equal(ids.length, app.ops.prepare('SELECT count(*) FROM audit').pluck().get());
  t.match(textOf(html, '.audit'), /Server started Mode noop\./);
  t.match(textOf(html, 'section[aria-labelledby=h-rows]'), /All rows so far are the server's own\.$/);
  t.match(textOf(html, '#audit-chain-card'), /Never checked\./);
  addRow(app);
  t.notMatch((await read(app, '/audit')).text, /so far/);
});

t.test('pages in both directions neither lose nor repeat a row while rows are added', async (t) => {
  const app = await startApp(t, noop);
  for (let at = 0; at < 180; at++) addRow(app, { target: `setting:s${at}` });
  const newest = Math.max(...(await read(app, '/audit')).ids);
  const down: number[] = [];
  let address: string | undefined = '/audit';
  let last = '';
  while (address) {
    const { html, ids } = await read(app, address);
    down.push(...ids);
    addRow(app, { target: 'setting:late' });
    last = address;
    address = linkOf(html, 'next');
  }
  t.strictSame(
    down,
    Array.from({ length: newest }, (_, at) => newest - at),
  );
  const up: number[] = [];
  address = linkOf((await read(app, last)).html, 'prev');
  while (address) {
    const { html, ids } = await read(app, address);
    up.unshift(...ids);
    address = linkOf(html, 'prev');
  }
  const total = app.ops.prepare('SELECT max(id) FROM audit').pluck().get() as number;
  const onLast = (await read(app, last)).ids;
  t.strictSame(
    [...up, ...onLast],
    Array.from({ length: total }, (_, at) => total - at),
  );
  const items = [];
  for (let cursor = ''; ; ) {
    const { body } = await app.json(`/api/v1/audit?limit=37${cursor}`);
    items.push(...body.items);
    if (body.next_cursor === null) break;
    cursor = `&cursor=${body.next_cursor}`;
  }
  t.strictSame(
    items.map(({ id }) => id),
    Array.from({ length: total }, (_, at) => total - at),
  );
});

t.test('each filter, alone and with others', async (t) => {
  let at = new Date('2026-11-20T10:00:00.000Z');
  const app = await startApp(t, { ...noop, now: () => at });
  const id = () => app.ops.prepare('SELECT max(id) FROM audit').pluck().get() as number;
  addRow(app, { target: 'setting:a', reason: 'less disk', detail: { before: { a: 1 }, after: { a: 2 } } });
  const setting = id();
  at = new Date('2026-11-21T10:00:00.000Z');
  addRow(app, { event: 'job.cancel', target: 'job:7', actor: 'ada (nightly)' });
  const cancel = id();
  app.audit.refuse({
    event: 'job.refused',
    by: { actor: 'bob', role: 'viewer', peer: null, requestId: null, reason: '100% sure' },
    target: 'operation:import',
    code: 'forbidden',
    message: 'Needs an "admin"; you are a viewer.',
  });
  const refused = id();
  at = new Date('2026-11-22T10:00:00.000Z');
  addRow(app, { event: 'made.up', target: 'thing', actor: 'adam' });
  const madeUp = id();
  const cases: [string, number[]][] = [
    ['event=settings.changed', [setting]],
    ['event=jobs', [refused, cancel]],
    ['event=made.up', [madeUp]],
    ['event=schedules', []],
    ['actor=ada', [cancel, setting]],
    ['actor=ada+(nightly)', [cancel]],
    ['outcome=refused', [refused]],
    ['outcome=failed', []],
    ['target=job:7', [cancel]],
    ['q=DISK', [setting]],
    ['q=less+disk', [setting]],
    ['q=%22disk+less%22', []],
    ['q=100%25+sure', [refused]],
    ['q=%22an+%5C%22admin%22', []],
    ['q=a_viewer', []],
    ['q=operation:imp', [refused]],
    ['since=2026-11-21T10:00Z&until=2026-11-22T10:00Z', [refused, cancel]],
    ['since=24h', [madeUp, refused, cancel]],
    ['event=jobs&actor=bob&outcome=refused&target=operation:import&q=sure&since=7d', [refused]],
    ['event=jobs&outcome=ok', [cancel]],
    ['event=&actor=&outcome=&target=&q=&since=&until=', [madeUp, refused, cancel, setting]],
  ];
  for (const [query, ids] of cases) {
    const page = await read(app, `/audit?${query}`);
    const { body } = await app.json(`/api/v1/audit?${query}`);
    const found = body.items.map(({ id }: { id: number }) => id);
    t.strictSame(
      found.filter((one: number) => one >= setting),
      ids,
      query,
    );
    t.strictSame(page.ids, found, `the page of ${query}`);
  }
  const { text, html } = await read(app, '/audit?q=nothing-has-this');
  t.match(text, /No rows No rows match these filters\. \d+ rows without them\. Show all rows/);
  t.ok(html.querySelector('.empty a[href="/audit"]'));
});

t.test('a filter that cannot be read has its error at the field, and shows no rows', async (t) => {
  const app = await startApp(t, noop);
  const { html, status, ids } = await read(app, '/audit?since=never&event=job.canceld&until=30d&q=x');
  t.equal(status, 422);
  t.strictSame(ids, []);
  t.match(fieldProblems(html), {
    since: /"never" is not a time\. Write 2026-11-22,/,
    event: /No row has the event "job\.canceld"\./,
  });
  t.equal(html.querySelector('#audit-since')?.getAttribute('value'), 'never');
  t.match(fieldProblems((await read(app, '/audit?since=1h&until=2h')).html), { until: /after Since/ });
  t.match((await read(app, '/audit?outcome=lost')).html.text, /There is no outcome "lost"\./);
  const bad = await app.json('/api/v1/audit?since=never&outcome=lost&event=x');
  t.equal(bad.status, 422);
  const fields = bad.body.error.details.problems.map(({ field }: { field: string }) => field);
  t.strictSame(fields, ['event', 'outcome', 'since']);
  for (const query of ['limit=0', 'limit=201', 'cursor=x', 'format=xml', 'who=ada', 'format=csv&limit=3'])
    t.equal((await app.json(`/api/v1/audit?${query}`)).status, 422, query);
  t.equal((await app.json('/api/v1/audit/999999')).status, 404);
  t.equal((await app.page('/audit/999999')).status, 404);
});

t.test('a row says what happened, with its links and its changes', async (t) => {
  const app = await startApp(t, noop);
  await app.run('index');
  const { status } = await fetch(`${app.origin}/api/v1/settings/values`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', 'x-actor': 'ada' },
    body: '{"values": {"retention.days": 30}, "reason": "less disk"}',
  });
  t.equal(status, 200);
  const key = { before: 'set', after: 'changed', sha256: 'abcd' };
  addRow(app, {
    event: 'credential.changed',
    target: 'credential:google',
    actor: 'ada (nightly)',
    detail: key,
  });
  addRow(app, { detail: { text: '<b>' }, reason: '<script>alert(1)</script>' });
  const { html } = await read(app, '/audit');
  const text = textOf(html, '.audit tbody');
  t.match(text, /ada Setting changed retention\.days “less disk” .* Done retention\.days was empty 30/);
  t.match(text, /ada \(nightly\) Credential replaced Credential google Details .* Done value changed/);
  t.match(text, /Job accepted Job #1 : Rebuild index\. “a test needs it”/);
  t.match(text, /Job done Job #1 : Rebuild index\./);
  t.match(text, /“<script>alert\(1\)<\/script>”/);
  t.equal(html.querySelectorAll('.audit script').length, 0);
  const hrefs = html.querySelectorAll('.audit .sub a').map((link) => link.getAttribute('href'));
  t.ok(
    ['/jobs/1', '/settings/values?q=retention.days', '/settings/credentials'].every((one) =>
      hrefs.includes(one),
    ),
  );
  const job = await app.page('/jobs/1');
  const link = job.html.querySelector('a[href="/audit?target=job:1"]');
  t.equal(link?.text, 'Audit rows of this job');
  t.equal((await read(app, '/audit?target=job:1')).ids.length, 2);
  const [first] = idsOf(html);
  const own = await app.page(`/audit/${first}`);
  t.match(own.html.querySelector('h1')?.text, 'Setting changed');
  t.match(own.html.querySelector('pre.trace')?.text, '"text": "<b>"');
  t.match((await app.json(`/api/v1/audit/${first}`)).body, { id: first, title: 'Setting changed' });
});

t.test(
  'many values are behind a summary, and the author and the time of a record are not among them',
  async (t) => {
    const app = await startApp(t, noop);
    const at = '2026-11-22T10:00:00.000Z';
    const stored = { created_at: at, created_by: 'ada', changed_at: at, changed_by: 'ada', updated_at: at };
    const values = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, value) => [`value_${value}`, value]));
    for (const count of [6, 7])
      addRow(app, { detail: { before: null, after: { ...stored, ...values(count) } } });
    const [seven, six] = (await read(app, '/audit')).ids;
    for (const address of ['/audit', `/audit/${seven}`]) {
      const { html } = await app.page(address);
      const folded = `#changes-${seven}`;
      t.equal(textOf(html, `${folded} > summary`), `7 values of row ${seven}`, address);
      const names = html.querySelectorAll(`${folded} dt`).map(({ text }) => text);
      t.strictSame(names, Object.keys(values(7)), address);
    }
    const { html } = await app.page(`/audit/${six}`);
    t.equal(html.querySelector('details[id^=changes]'), null);
    const names = html.querySelectorAll('.diff dt').map(({ text }) => text);
    t.strictSame(names, Object.keys(values(6)));
  },
);

t.test('values that are as they were are not listed, nor are empty ones of a new record', async (t) => {
  const app = await startApp(t, noop);
  const changes = async (before: unknown, after: unknown) => {
    addRow(app, { detail: { before, after } });
    const { html } = await read(app, '/audit');
    return textOf(html, '.audit tbody tr .diff');
  };
  t.equal(await changes({ on: 'true', confirm: 'set' }, { on: 'false', confirm: 'set' }), 'on true false');
  const unset = { confirm: 'not set', reason: '' };
  t.equal(await changes({ on: 'true', ...unset }, { on: 'false', ...unset }), 'on true false');
  t.equal(await changes(null, { cron: '0 2 * * *', list: [], args: {}, ...unset }), 'cron 0 2 * * *');
  t.equal(await changes(null, { cron: '0 2 * * *', confirm: 'set' }), 'cron 0 2 * * * confirm set');
  t.equal(
    await changes(unset, { confirm: 'set', reason: 'x' }),
    'confirm set, was not set reason was empty x',
  );
  t.equal(await changes({ confirm: 'set' }, { confirm: 'changed' }), 'confirm changed');
  t.equal(await changes({ state: 'new' }, { state: 'changed' }), 'state new changed');
});

t.test('the words of a row tell an addition from a change', async (t) => {
  const app = await startApp(t, noop);
  const send = (method: string, path: string, body: unknown) =>
    fetch(`${app.origin}/api/v1/${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const title = async () => textOf((await read(app, '/audit')).html, '.audit tbody tr b');
  const schedule = { operation: 'index', cron: '0 2 * * *', reason: 'nightly' };
  await send('PUT', 'schedules/nightly', schedule);
  t.equal(await title(), 'Schedule added');
  await send('PUT', 'schedules/nightly', { cron: '0 3 * * *' });
  t.equal(await title(), 'Schedule changed');
  await send('PUT', 'schedules/other', { ...schedule, cron: '0 26 * * *' });
  t.equal(await title(), 'Add a schedule');
  await send('PUT', 'schedules/nightly', { cron: '0 26 * * *' });
  t.equal(await title(), 'Change a schedule');
  await send('PUT', 'sources/mine', { kind: 'folder', place: 'sheets/mine' });
  t.equal(await title(), 'Sheet added');
  await send('PUT', 'sources/mine', { kind: 'folder', place: 'sheets/other' });
  t.equal(await title(), 'Sheet changed');
  addRow(app, { event: 'credential.changed', detail: { before: 'not set', after: 'set' } });
  t.equal(await title(), 'Credential added');
  addRow(app, { event: 'credential.changed', detail: { before: 'set', after: 'changed' } });
  t.equal(await title(), 'Credential replaced');
  await send('PUT', 'settings/values', { values: { 'retention.days': 30 } });
  t.equal(await title(), 'Setting changed');
  const { html } = await read(app, '/audit');
  const labels = html.querySelectorAll('#audit-event option').map(({ text }) => text);
  t.match(
    labels.filter((label) => / or /.test(label)),
    ['Schedule added or changed', 'Sheet added or changed', 'Credential added or replaced'],
  );
});

t.test('a row shows local times, and links only to pages that its reader may open', async (t) => {
  const app = await startWithRoles(t);
  const detail = {
    before: { ends_at: '2026-11-29T15:00:00.000Z' },
    after: { ends_at: '2026-11-29T16:30:00.000Z' },
  };
  addRow(app, { event: 'maintenance.extended', target: 'window:3', detail });
  addRow(app, { event: 'access.token_revoked', target: 'token:nightly' });
  const read = async (role: 'viewer' | 'admin') => (await app.page('/audit', as(role))).html;
  const hrefs = (html: HTMLElement) =>
    html.querySelectorAll('.audit .sub a').map((link) => link.getAttribute('href') ?? '');
  const settings = (html: HTMLElement) => hrefs(html).filter((href) => href.startsWith('/settings/'));
  t.strictSame(settings(await read('viewer')), ['/settings/maintenance']);
  t.strictSame(settings(await read('admin')), ['/settings/access', '/settings/maintenance']);
  const text = textOf(await read('viewer'), '.audit');
  t.match(text, 'Token nightly');
  t.match(text, /ends_at 29 Nov 2026, \d\d/);
});

t.test('rows that somebody has written by other means do not break the page', async (t) => {
  const app = await startApp(t, noop);
  app.ops.exec(`INSERT INTO audit (at, actor, event, target, outcome, detail)
    VALUES ('soon', '', 'x', 'job:x', 'failed', '{"before": {"a"'), ('', '', '', '', 'ok', '[1]')`);
  const { status, text } = await read(app, '/audit');
  t.equal(status, 200);
  t.match(text, /Job #x .* Failed/);
});

t.test('Verify now runs the check of the chain, and the card says what it proves', async (t) => {
  const app = await startApp(t);
  const { html } = await app.page('/audit');
  t.match(
    textOf(html, '#audit-chain-card'),
    /Verify now .* Never checked\. A check proves that no row was changed/,
  );
  const form = html.querySelector('#audit-chain-card form');
  const key = form?.querySelector('input[name=key]')?.getAttribute('value') ?? '';
  const answer = await app.submit(form?.getAttribute('action') ?? '', { key });
  t.equal(answer.headers.get('location'), '/jobs/1');
  await app.whenJob(1, 'succeeded');
  const card = textOf((await app.page('/audit')).html, '#audit-chain-card');
  t.match(card, /Whole \d+ rows verified; the last is row \d+\. Checked .* by #1/);
  const job = (await app.page('/jobs/1')).html;
  const counts = job.querySelectorAll('.counts dt').map(({ text }) => text);
  t.strictSame(counts, ['rows'], 'neither its duration nor a number of a row is a count');
});
