import { mock } from 'node:test';
import t from 'tap';
import { systemRequester } from '../../src/core/audit.ts';
import { flags } from '../../src/flags/feature.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { textOf } from '../support/screen.ts';

async function keptOf(app: TestApp, route: string): Promise<{ kept: string; is_traced: boolean }[]> {
  const { body } = await app.json(`/api/v1/traces?route=${route}`);
  return body.items;
}

t.test('all requests are traced for ten minutes, or until it is stopped', async (t) => {
  let now = new Date('2026-11-22T10:00:00.000Z');
  const app = await startApp(t, { now: () => now, env: { CHL_SLOW_REQUEST_MS: '60000' } });
  const off = { is_on: false, percent: 5, note: null };
  await app
    .use(flags)
    .flags.change([{ key: 'traces', to: off }], systemRequester, { reason: 'a test needs it' });
  await app.page('/jobs');
  t.same(await keptOf(app, '/jobs'), []);

  const onPage = { 'hx-request': 'true', 'hx-current-url': `${app.origin}/requests` };
  const begun = await app.submit('/ui/traces/hunt', {}, onPage);
  t.match(begun.headers.get('hx-trigger'), /"Ends by itself at \d\d:\d\d\."/, 'the time of the local clock');
  await app.page('/jobs');
  t.match(await keptOf(app, '/jobs'), [{ kept: 'sampled', is_traced: true }]);
  const { html } = await app.page('/requests');
  t.match(textOf(html, '#slow-requests-card'), 'All requests are traced; this ends');
  t.match(textOf(html, '#slow-requests-card'), 'Stop tracing all');
  t.match((await app.json('/api/v1/traces')).body, { all_until: '2026-11-22T10:10:00.000Z' });

  now = new Date('2026-11-22T10:10:00.000Z');
  await app.page('/jobs');
  t.equal((await keptOf(app, '/jobs')).length, 1, 'it has ended by itself');
  t.match((await app.json('/api/v1/traces')).body, { all_until: null });

  t.match((await app.json('/api/v1/traces/hunt', {})).body, { all_until: '2026-11-22T10:20:00.000Z' });
  const stopped = await fetch(`${app.origin}/api/v1/traces/hunt`, { method: 'DELETE' });
  t.equal(stopped.status, 204);
  await app.page('/jobs');
  t.equal((await keptOf(app, '/jobs')).length, 1);
  const again = await fetch(`${app.origin}/api/v1/traces/hunt`, { method: 'DELETE' });
  t.equal(again.status, 409);
  const rows = app.ops.prepare(`SELECT event, outcome FROM audit WHERE event LIKE 'traces.%' ORDER BY id`);
  t.match(rows.all(), [
    { event: 'traces.hunt', outcome: 'ok' },
    { event: 'traces.hunt', outcome: 'ok' },
    { event: 'traces.stop', outcome: 'ok' },
    { event: 'traces.stop', outcome: 'refused' },
  ]);
});

t.test('it ends after ten minutes also when the clock is set back', async (t) => {
  let now = new Date('2026-11-22T10:00:00.000Z');
  const app = await startApp(t, { now: () => now });
  mock.timers.enable({ apis: ['setTimeout'] });
  t.teardown(() => mock.timers.reset());
  await app.parts.hunt.begin(systemRequester);
  now = new Date('2026-11-21T10:00:00.000Z');
  mock.timers.tick(599_000);
  t.ok(app.parts.hunt.until());
  mock.timers.tick(1000);
  t.equal(app.parts.hunt.until(), null);
});
