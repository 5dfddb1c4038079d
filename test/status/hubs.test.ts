// The navigation with its badges, the hubs, and the setup checklist.
import '../support/plain-children.ts';
import { parse } from 'node-html-parser';
import t from 'tap';
import { checks } from '../../src/checks/feature.ts';
import { systemRequester } from '../../src/core/audit.ts';
import type { Found } from '../../src/core/check.ts';
import type { HubRow } from '../../src/core/hub-row.ts';
import { settings } from '../../src/settings/feature.ts';
import { hubBody } from '../../src/web/hub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { addCategory, addExperience } from '../support/entries.ts';
import { insideOf, textOf } from '../support/screen.ts';
import { openStream } from '../support/stream.ts';

let app: TestApp;

t.before(async () => {
  app = await startApp(t);
});

/** Adds a finding, as a look does. */
function take(...found: Pick<Found, 'subject' | 'severity'>[]) {
  const { findings } = app.use(checks);
  const texts = { title: 'Full', text: 'Full.', stops: [] };
  findings.take(
    { check_id: 'a-test', component: 'disk', opensAt: 'first' },
    found.map((one) => ({ ...one, ...texts })),
  );
  findings.save();
}

t.test('the tabs are in one order with their keys, and one of them is open', async (t) => {
  const { html } = await app.page('/status');
  const tabs = html.querySelectorAll('.tabs > a');
  const read = (name: string) => tabs.map((tab) => tab.getAttribute(name));
  t.strictSame(read('href'), [
    '/operations',
    '/jobs',
    '/library',
    '/status',
    '/storage',
    '/activity',
    '/settings',
  ]);
  t.strictSame(read('data-key'), ['o', 'j', 'l', 's', 'b', 'a', ',']);
  t.strictSame(
    tabs.filter((tab) => tab.getAttribute('aria-current')).map((tab) => tab.getAttribute('href')),
    ['/status'],
  );
  const keys = (await app.page('/ui/keys')).html;
  t.match(textOf(keys, '.keys'), /g ?s ?Status[\s\S]*g ?, ?Settings/);
});

t.test('the badge of Status counts open errors on every page, and follows them live', async (t) => {
  t.equal(textOf((await app.page('/library')).html, '#nav-status'), '');
  const stream = await openStream(app.origin, '/ui/stream/telemetry?topics=nav-status');
  t.teardown(stream.close);
  await stream.until(({ event }) => event === 'tick' || event === 'nav-status');
  take({ subject: 'one', severity: 'error' }, { subject: 'two', severity: 'warning' });
  const event = await stream.until(({ data }) => data.includes('1 open error'));
  t.equal(insideOf((await app.page('/library')).text, 'nav-status'), event.data);
  t.match((await app.json('/api/v1/status')).body, { open_errors: 1 });
});

t.test('Status shows what a check would find now, on its page and in the API', async (t) => {
  const { checker } = app.use(checks);
  const one = checker.watches().find(({ check }) => check.dirtyOn?.includes('settings'))?.check;
  const { look } = one ?? {};
  const texts = { title: 'Not as it was', text: 'It has changed.', stops: ['import'] };
  const find = (count: number) => {
    const subjects = Array.from({ length: count }, (_, at) => `subject-${at}`);
    const found: Found[] = subjects.map((subject) => ({ subject, severity: 'error', ...texts }));
    Object.assign(one ?? {}, { look: () => ({ says: 'Changed', found }) });
    app.bus.emit('settings');
  };
  await checker.runOnce();
  const before = (await app.json('/api/v1/status')).body.open_errors;
  find(1);
  t.equal((await app.json('/api/v1/status')).body.open_errors, before + 1);
  find(2);
  const shown = textOf((await app.page('/status')).html, '#status-card');
  t.match(shown, (await app.json('/api/v1/status')).body.items[0].sentence);
  Object.assign(one ?? {}, { look });
  app.bus.emit('settings');
  await checker.confirm();
});

t.test('a number that cannot be read does not take the page with it', async (t) => {
  const { findings } = app.use(checks);
  const { open } = findings;
  findings.open = () => {
    throw new Error('for this test');
  };
  app.bus.emit('findings');
  const { status, html } = await app.page('/library');
  findings.open = open;
  t.equal(status, 200);
  t.equal(textOf(html, '#nav-status'), '');
  t.match(textOf((await app.page('/library')).html, '#nav-status'), '1 open error', 'it is read again');
});

t.test('a row leads to its page and says its state; one that fails does not affect the others', async (t) => {
  const broken: HubRow = {
    hub: 'settings',
    position: 99,
    icon: 'file',
    name: 'Broken',
    href: '/broken',
    dirtyOn: [],
    load: () => Promise.reject(new Error('for this test')),
  };
  const check = (await app.page('/status')).html.querySelector('#status-card form[action="/ui/checks/run"]');
  t.match(check?.text, 'Check now');
  app.hubRows().push(broken);
  t.teardown(() => void app.hubRows().pop());
  const { status, html } = await app.page('/settings');
  t.equal(status, 200);
  const rows = html.querySelectorAll('#settings-card .hub-row');
  const sheets = rows[0];
  t.equal(sheets?.querySelector('a.cover')?.getAttribute('href'), '/sources');
  t.match(sheets?.text, /Sheets[\s\S]*2 sheets\. None was checked yet\./);
  t.match(rows.at(-1)?.text, /Broken[\s\S]*Unavailable/);
  const { items } = (await app.json('/api/v1/setup')).body;
  t.match(items[0], { name: 'Sheets', href: '/sources', is_available: true, needs: null });
  t.match(items.at(-1), { name: 'Broken', sentence: null, is_available: false });
});

t.test('a row beyond the role of the reader says why, and says nothing else', async (t) => {
  const secret: HubRow = {
    hub: 'status',
    position: 99,
    icon: 'file',
    name: 'Tokens',
    href: '/tokens',
    reads: 'admin',
    dirtyOn: [],
    load: () => ({ sentence: '4 tokens.', badge: { tone: 'warn', label: '1 expires' } }),
  };
  app.hubRows().push(secret);
  t.teardown(() => void app.hubRows().pop());
  t.match((await app.page('/status')).html.querySelector('a.cover[href="/tokens"]')?.text, 'Tokens');
  const rows = await hubBody(app, 'status', 'viewer');
  t.match(rows.at(-1), { name: 'Tokens', sentence: null, badge: null, needs: 'admin' });
  const html = await app.server.view('shared/hub-row', {
    row: { name: 'Tokens', icon: 'file', href: '/tokens', reads: 'admin', state: { sentence: '4 tokens.' } },
    role: 'viewer',
  });
  t.match(html, 'Needs an admin; you are a viewer.');
  t.notMatch(html, /4 tokens|href="\/tokens"/);
});

t.test('the checklist ticks from facts, live, and its number is the badge of Settings', async (t) => {
  const { done, total } = (await app.json('/api/v1/setup')).body;
  const before = (await app.page('/settings')).html;
  t.equal(textOf(before, '#setup-card .meta'), `${done} of ${total}`);
  const [library] = before.querySelectorAll('#setup-card .step');
  t.match(library?.text, /Library has entries: to do/);
  t.equal(library?.querySelector('a')?.getAttribute('href'), '/sources');
  t.match(textOf(before, '#nav-setup'), `${total - done} steps not set up`);

  const stream = await openStream(app.origin, '/ui/stream/telemetry?topics=setup,nav-setup');
  t.teardown(stream.close);
  addCategory(app.library, 'GEN');
  addExperience(app.library, 'one');
  await app.run('index');
  await stream.until(({ event, data }) => event === 'setup' && data.includes(`${done + 2} of`));
  const { steps } = (await app.json('/api/v1/setup')).body;
  t.match(steps.slice(0, 2), [
    { title: 'Library has entries', is_done: true },
    { title: 'Index covers the library', is_done: true },
  ]);
});

t.test('the checklist has its heading also when all steps are done', async (t) => {
  const data = { steps: [], done: 5, total: 5, isAllDone: true };
  const html = parse(await app.server.view('setup/setup-card', data));
  t.equal(textOf(html, 'h2#h-setup'), 'All 5 steps of the setup are done');
});

t.test('the name of the operator stands in the audit log, and ticks its step', async (t) => {
  const step = async () =>
    (await app.json('/api/v1/setup')).body.steps.find((one: { title: string }) => one.title.includes('name'));
  t.match(await step(), { title: 'Operator has a name', is_done: false });
  await app.use(settings).settings.put({ 'operator.name': ' Ada ' }, systemRequester);
  t.match(await step(), { is_done: true });
  await app.submit('/ui/operations/run/index', {});
  const newest = app.ops
    .prepare("SELECT actor FROM audit WHERE event = 'job.accepted' ORDER BY id DESC")
    .get();
  t.match(newest, { actor: 'Ada' });
});
