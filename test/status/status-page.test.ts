// The page of the status: figures, matters that need a person, components, the last 30 days and changes.
import '../support/plain-children.ts';
import t from 'tap';
import { systemRequester } from '../../src/core/audit.ts';
import type { Found } from '../../src/core/check.ts';
import { checks } from '../../src/checks/feature.ts';
import { requests } from '../../src/requests/feature.ts';
import { figureStates } from '../../src/status/figure.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { textOf } from '../support/screen.ts';
import { openStream } from '../support/stream.ts';

let app: TestApp;
const clock = { aheadMs: 0 };

t.before(async () => {
  const env = { CHL_TELEMETRY_INTERVAL_SEC: '3600', CHL_SLOW_REQUEST_MS: '50000' };
  app = await startApp(t, { env, now: () => new Date(Date.now() + clock.aheadMs) });
  await app.parts.telemetry.runOnce();
});

const figures = async () =>
  Object.fromEntries(
    (await app.json('/api/v1/status')).body.figures.map((one: { name: string }) => [one.name, one]),
  );

function take(component: string, ...found: Partial<Found>[]) {
  const { findings } = app.use(checks);
  const texts = { subject: 'one', severity: 'error', title: 'Broken', text: 'Mend it.', stops: [] } as const;
  const all = found.map((one): Found => ({ ...texts, ...one, stops: [] }));
  // A finding clears after two looks.
  for (const _ of [1, 2]) findings.take({ check_id: `test-${component}`, component, opensAt: 'first' }, all);
  findings.save();
}

function addIncident(more: Record<string, unknown> = {}) {
  const at = (minutesAgo: number) => new Date(Date.now() - minutesAgo * 60_000).toISOString();
  const row = {
    ...{
      title: 'Trouble',
      severity: 3,
      status: 'open',
      summary: '',
      services: '[]',
      tags: '[]',
      source: 'hand',
    },
    ...{ opened_at: at(60), opened_by: 'ada', mitigated_at: null, closed_at: null, due_at: at(-60), ...more },
  };
  const names = Object.keys(row);
  const sql = `INSERT INTO incident (${names.join(', ')}) VALUES (${names.map((name) => `@${name}`).join(', ')})`;
  return Number(app.ops.prepare(sql).run(row).lastInsertRowid);
}

t.test('six figures, each with its source, a link and a state', async (t) => {
  const { html } = await app.page('/status');
  t.strictSame(
    html.querySelectorAll('.kpis dt').map((dt) => dt.firstChild?.text.trim()),
    ['Server, p95 of 1 h', 'Entries waiting', 'Databases', 'Cache hits', 'Links that answer', 'Incidents'],
  );
  for (const link of html.querySelectorAll('.kpis a.cover')) t.match(link.getAttribute('href'), /^\/\w+/);
  const known = await figures();
  t.match(known.server_p95_ms, { value: null, text: '–', about: /Too few requests to judge: \d+ of 20/ });
  t.match(known.entries_waiting, { value: 0, state: 'ok', about: 'All are embedded' });
  t.match(known.database_bytes, { unit: /KiB|MiB/, about: 'Not all were checked yet' });
  t.match(known.incidents_active, { value: 0, about: 'None open' });
  for (let n = 0; n < 25; n += 1) await app.json('/api/v1/checks');
  t.match((await figures()).server_p95_ms, { value: Number, unit: 'ms', about: /^Within the 50/ });
});

t.test('a figure has the state of the worst finding of its components', async (t) => {
  take('workers', { severity: 'warning', title: 'One is lost' });
  t.match((await figures()).entries_waiting, { state: 'warning', about: 'One is lost' });
  take('queue', { title: 'It stands still' });
  const { entries_waiting: queue, server_p95_ms: server } = await figures();
  t.match(queue, { state: 'error', about: 'It stands still' });
  t.equal(server.state, 'ok');
  t.ok(figureStates.includes(queue.state));
  const { html } = await app.page('/status');
  t.match(textOf(html, '#figure-entries_waiting'), /Critical[\s\S]*It stands still/);
  t.ok(html.querySelector('#figure-entries_waiting .verdict.bad'));
  take('workers');
  take('queue');
});

t.test('one source that fails leaves the other figures as they are', async (t) => {
  const { requestFigures } = app.use(requests);
  const { read } = requestFigures;
  requestFigures.read = () => Promise.reject(new Error('a failure of the test'));
  t.teardown(() => Object.assign(requestFigures, { read }));
  const { html, status: code } = await app.page('/ui/status/figures');
  t.equal(code, 200);
  t.equal(html.querySelectorAll('.stat').length, 6);
  t.match(textOf(html, '#figure-server_p95_ms'), /Warning – .*could not be read/);
});

t.test('the strip says when it was sampled, and that it is stale after three intervals', async (t) => {
  const isStale = async () =>
    (await app.page('/ui/status/figures')).html.querySelector('.stale-mark.is-stale') !== null;
  const { html } = await app.page('/ui/status/figures');
  t.match(textOf(html, '#status-sampled'), /^Sampled /);
  t.equal(html.querySelector('#status-sampled')?.getAttribute('hx-swap-oob'), 'true');
  t.equal((await app.page('/status')).html.querySelectorAll('#status-sampled').length, 1);
  t.notOk(await isStale());
  const sampledMs = (app.parts.telemetry.latest()?.at ?? 0) * 1000;
  const beAt = (hours: number) => (clock.aheadMs = sampledMs + hours * 3_600_000 - Date.now());
  beAt(2.9);
  t.notOk(await isStale());
  beAt(3.1);
  t.ok(await isStale());
  clock.aheadMs = 0;
  const page = (await app.page('/status')).html;
  t.match(page.querySelector('#status-figures')?.getAttribute('hx-trigger'), 'every 15s');
  t.ok(page.querySelector('#refresh-status-figures'), 'it has a button of its own');
});

t.test('what needs a person is listed live, at most ten', async (t) => {
  t.match(textOf((await app.page('/status')).html, '#needs-card'), /Nothing needs you/);
  const stream = await openStream(app.origin, '/ui/stream/telemetry?topics=needs');
  t.teardown(stream.close);
  take('disk', { title: 'The disk is full', fix: { href: '/databases', label: 'Open databases' } });
  const { data } = await stream.until(
    ({ event, data }) => event === 'needs' && data.includes('disk is full'),
  );
  t.match(data, /href="\/checks#finding-\d+"[\s\S]*Open databases/);
  const number = addIncident({ title: 'Slow search', severity: 1 });
  const { html } = await app.page('/ui/status/needs');
  t.match(textOf(html, '.hub'), new RegExp(`Incident #${number} .*Slow search.* Open`));
  t.equal(textOf(html, '.meta'), '1 error, 1 incident');
  for (let n = 0; n < 12; n += 1) addIncident({ status: 'mitigated' });
  const many = (await app.page('/ui/status/needs')).html;
  t.equal(many.querySelectorAll('.hub-row').length, 10);
  t.match(textOf(many, '.card-foot'), '4 more');
  t.match((await figures()).incidents_active, {
    ...{ text: '1', unit: 'open', state: 'error', value: 13 },
    about: 'Worst: severity 1',
  });
  take('disk');
});

t.test('each component is a row with what its probe saw, and leads to its check', async (t) => {
  // A check that looks seldom, so that nothing clears it meanwhile.
  const found: Found = {
    subject: 'one',
    severity: 'error',
    title: 'The index is broken',
    text: '',
    stops: [],
  };
  const { findings } = app.use(checks);
  findings.take({ check_id: 'clock', component: 'index', opensAt: 'first' }, [found]);
  const { html } = await app.page('/ui/status/components');
  t.match(textOf(html, '#component-index'), /Index Error The index is broken/);
  const href = html.querySelector('#component-disk a.name')?.getAttribute('href') ?? '';
  t.ok((await app.page('/checks')).html.querySelector(href.replace('/checks', '')), href);
  t.match(textOf(html, '#component-disk'), /Passes .* ms .*20\d\d/);
  const { components, items, open_errors } = (await app.json('/api/v1/status')).body;
  const index = components.find((one: { name: string }) => one.name === 'index');
  t.match(index, { state: 'error', says: 'The index is broken', took_ms: Number, looked_at: String });
  t.match({ open_errors, items }, { open_errors: 1, items: Array });
});

t.test('the last 30 days: incidents with their time to mitigate, findings, starts', async (t) => {
  app.ops.exec('DELETE FROM incident');
  const at = (daysAgo: number, minutes = 0) =>
    new Date(Date.now() - daysAgo * 86_400_000 + minutes * 60_000).toISOString();
  const of20DaysAgo = { opened_at: at(20), due_at: at(20, 240) };
  addIncident({ ...of20DaysAgo, status: 'closed', mitigated_at: at(20, 30) });
  addIncident({ ...of20DaysAgo, status: 'mitigated', mitigated_at: at(20, 330) });
  addIncident({ ...of20DaysAgo, status: 'open' });
  addIncident({ status: 'closed', opened_at: at(40), due_at: at(39), mitigated_at: at(40, 5) });
  app.bus.emit('incidents');
  take('disk', { title: 'Full again' });
  take('disk');
  const { html } = await app.page('/ui/status/month');
  t.match(
    textOf(html, '.kv'),
    /Incidents 3, 2 late Time to mitigate 3 h on average, n 2 .*Findings \d+ opened, \d+ cleared Starts 1 start; last/,
  );
});

t.test('recent changes are the newest news of all, without a cursor', async (t) => {
  const detail = { transition: 'first', severity: 'error', title: 'Just broke' };
  app.audit.record({
    event: 'finding.opened',
    target: 'finding:77',
    detail,
    outcome: 'ok',
    by: systemRequester,
  });
  const { html } = await app.page('/ui/status/changes');
  t.match(textOf(html, '.tline li'), /^Just broke \d/);
  t.equal(html.querySelector('.tline a')?.getAttribute('href'), '/checks#finding-77');
});
