// The list of groups, the page of one, their buttons, the hub row, the API and the command.
import '../support/plain-children.ts';
import t from 'tap';
import { errors } from '../../src/errors/feature.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { addError, logError } from '../support/errors.ts';
import { textOf } from '../support/screen.ts';
import { openStream } from '../support/stream.ts';

const noop = { env: { CHL_OPERATIONS_MODE: 'noop' } };

async function addMany(app: TestApp, groups: number) {
  for (let at = 0; at < groups; at++)
    logError(app, { message: `it broke ${'x'.repeat(at % 150)}`, code: `E${at}` });
  await app.use(errors).collector.runOnce();
}

t.test('before the first error the page says what will be here', async (t) => {
  const app = await startApp(t, noop);
  const { html } = await app.page('/errors');
  t.match(textOf(html, '#error-list'), 'No error was seen yet');
  t.match(textOf((await app.page('/activity')).html, '#activity-card'), 'Errors No error was seen yet.');
});

t.test('a group has a row with its parts, its bars and its state, and a page of its own', async (t) => {
  const app = await startApp(t, noop);
  const message = 'connect ECONNREFUSED 127.0.0.1:8001';
  for (let times = 0; times < 3; times++)
    logError(app, { message, code: 'ECONNREFUSED', route: '/api/v1/x', request_id: `0000000${times}` });
  await app.use(errors).collector.runOnce();
  const { html } = await app.page('/errors');
  t.match(textOf(html, '#h-errors'), '1 group');
  t.match(textOf(html, '#error-1'), `${message} ECONNREFUSED · Server · /api/v1/x`);
  t.equal(html.querySelectorAll('#error-1 svg.error-hours rect').length, 1);
  t.match(
    html.querySelector('#error-1 svg.error-hours')?.getAttribute('aria-label'),
    /^3 times in 24 hours, all of them between \d\d:00 and \d\d:00$/,
  );
  const { html: page } = await app.page('/errors/1');
  t.equal(textOf(page, 'h1'), `a test failed: ${message}`);
  const facts = textOf(page, '#one-error');
  t.match(facts, 'Grouped by ECONNREFUSED · Server · /api/v1/x');
  t.match(facts, '“a test failed: connect ECONNREFUSED #”');
  const links = page.querySelectorAll('#one-error .error-places a').map((link) => link.getAttribute('href'));
  t.same(links.slice(0, 2), ['/requests/00000002', '/log?request=00000002']);
  t.equal(page.querySelectorAll('#one-error .axes rect.bad').length, 1);
  t.equal((await app.page('/errors/99')).status, 404);
});

t.test('an error without a route or an operation is named by what failed', async (t) => {
  const app = await startApp(t, noop);
  const message = 'database is locked';
  for (const what of ['jobs could not be started; tried again soon', 'telemetry is incomplete'])
    await addError(app, { message, code: 'SQLITE_BUSY', what });
  const { html } = await app.page('/errors');
  t.match(
    textOf(html, '#error-1'),
    /^jobs could not be started: database is locked SQLITE_BUSY · Server ?, in /,
  );
  t.match(
    textOf(html, '#error-2'),
    /^telemetry is incomplete: database is locked SQLITE_BUSY · Server ?, in /,
  );
  t.match(textOf((await app.page('/errors/1')).html, '#one-error'), 'Server · jobs could not be started ·');
});

t.test('buttons decide, with and without scripts, and the page follows', async (t) => {
  const app = await startApp(t, noop);
  const id = await addError(app, { message: 'it broke' });
  const plain = await app.submit(`/ui/errors/${id}/resolve`, {});
  t.equal(plain.status, 303);
  t.equal(plain.headers.get('location'), `/errors/${id}`);
  t.match(textOf((await app.page(`/errors/${id}`)).html, '#one-error'), 'Resolved');
  t.match(textOf((await app.page('/errors')).html, '#error-list'), 'No groups here');
  t.match(textOf((await app.page('/errors?state=resolved')).html, `#error-${id}`), 'it broke');
  const headers = { 'hx-request': 'true', 'hx-current-url': `${app.origin}/errors` };
  const live = await app.submit(`/ui/errors/${id}/open`, {}, headers);
  t.equal(live.status, 204);
  t.match(live.headers.get('hx-trigger'), 'ops-refresh');
  t.match(textOf((await app.page(`/ui/errors/${id}/mute`)).html, 'form[action$=mute]'), 'it broke');
  await app.submit(`/ui/errors/${id}/mute`, { reason: 'known and harmless' });
  t.match(textOf((await app.page('/errors?state=muted')).html, `#error-${id}`), 'Open again');
  const { body } = await app.json('/api/v1/audit?event=errors.mute');
  t.match(body.items, [{ reason: 'known and harmless', title: 'Error muted', target: `error:${id}` }]);
});

t.test('a group that came back has a badge on the list and on the hub', async (t) => {
  const app = await startApp(t, noop);
  const id = await addError(app, { message: 'it broke' });
  await app.json(`/api/v1/errors/${id}/resolve`, {});
  await addError(app, { message: 'it broke' });
  t.match(textOf((await app.page('/errors')).html, `#error-${id}`), 'Came back');
  const { html } = await app.page('/activity');
  t.match(
    textOf(html, '#activity-card'),
    '1 group open, 2 times in 24 h. 1 came back after it was resolved. 1 came back',
  );
});

t.test('the list is filtered by state, source and words, and goes on in pages', async (t) => {
  const app = await startApp(t, noop);
  await addMany(app, 120);
  const first = (await app.json('/api/v1/errors?limit=70')).body;
  const second = (await app.json(`/api/v1/errors?limit=70&cursor=${first.next_cursor}`)).body;
  const ids = [...first.items, ...second.items].map(({ id }: { id: number }) => id);
  t.equal(new Set(ids).size, 120);
  t.equal(second.next_cursor, null);
  const { html } = await app.page('/errors');
  t.equal(html.querySelectorAll('#error-list tbody tr').length, 50);
  const older = html.querySelector('a[rel=next]')?.getAttribute('href') ?? '';
  t.equal((await app.page(older)).html.querySelectorAll('#error-list tbody tr').length, 50);
  t.match(textOf((await app.page('/errors?q=E119')).html, '#error-list tbody'), 'E119');
  t.match(
    textOf((await app.page('/errors?source=job')).html, '#error-list'),
    'No groups match these filters. 120 groups without them.',
  );
  t.equal(textOf((await app.page('/errors?source=job')).html, '#h-errors'), 'No matching groups');
  t.equal(textOf((await app.page('/errors?q=E119')).html, '#h-errors'), '1 matching group');
  t.equal(
    textOf((await app.page('/errors?source=server')).html, '#h-errors'),
    '50 matching groups on this page',
  );
  const wrongState = await app.page('/errors?state=bogus');
  t.match(textOf(wrongState.html, 'main'), 'state: must be one of open, back, new,');
  t.equal((await app.json('/api/v1/errors?source=worker')).body.items.length, 0);
  for (const wrong of ['state=no', 'source=no', 'cursor=no', 'limit=0', 'x=1'])
    t.equal((await app.json(`/api/v1/errors?${wrong}`)).status, 422, wrong);
  t.equal((await app.json('/api/v1/errors/999')).status, 404);
  t.equal((await app.json('/api/v1/errors/999/resolve', {})).status, 404);
});

t.test('open pages fetch themselves again when an error is counted', async (t) => {
  const app = await startApp(t, noop);
  const { html } = await app.page('/errors');
  t.match(html.querySelector('#error-list')?.getAttribute('hx-trigger'), 'sse:errors');
  const stream = await openStream(app.origin, '/ui/stream/telemetry?topics=errors');
  await stream.until(({ event }) => event === 'errors');
  const seen = stream.events.length;
  await addError(app, { message: 'it broke' });
  await stream.until(({ event }) => event === 'errors', seen);
  stream.close();
});

t.test('a hostile message is text on every page', async (t) => {
  const app = await startApp(t, noop);
  const id = await addError(app, { message: '<script>alert(1)</script> “</pre>” \u202E', code: '<b>' });
  for (const address of ['/errors', `/errors/${id}`, `/ui/errors/${id}/mute`, '/activity']) {
    const { text, status } = await app.page(address);
    t.equal(status, 200, address);
    t.notMatch(text, '<script>alert', address);
  }
});
