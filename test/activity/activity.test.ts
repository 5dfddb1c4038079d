// The hub of what has happened, and its JSON twin.
import '../support/plain-children.ts';
import t from 'tap';
import { chainCheck } from '../../src/audit/chain-state.ts';
import { startApp } from '../support/app.ts';
import { addRow } from '../support/audit.ts';
import { openStream } from '../support/stream.ts';
import { textOf } from '../support/screen.ts';

t.test('the row of the audit says how many rows there are and what became of the last check', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  addRow(app);
  const rows = app.ops.prepare('SELECT max(id) FROM audit').pluck().get();
  const { html } = await app.page('/activity');
  const row = textOf(html, '#activity-card');
  t.match(row, `Audit ${rows} rows, the newest by ada: setting changed. The chain was never checked.`);
  t.equal(html.querySelector('#activity-card .hub-row a.cover')?.getAttribute('href'), '/audit');
  t.equal(html.querySelector('#activity-card .badge'), null);
  const { body } = await app.json('/api/v1/activity');
  t.match(body.items, [{ name: 'Audit', href: '/audit', badge: null, needs: null, is_available: true }]);
  t.equal((await app.json('/api/v1/activity?x=1')).status, 422);
});

t.test('the row of the audit is sent again when a row is added', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  const stream = await openStream(app.origin, '/ui/stream/telemetry?topics=activity');
  await stream.until(({ event }) => event === 'activity');
  const from = stream.events.length;
  addRow(app, { actor: 'eve' });
  await stream.until(({ event, data }) => event === 'activity' && data.includes('newest by eve'), from);
  stream.close();
});

t.test('a check of the chain that has failed has a badge', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  const add = app.ops.prepare(`
    INSERT INTO job (id, operation, status, mode, requested_by, args, attempt, created_at, started_at, finished_at, failure, result)
    VALUES (?, '${chainCheck}', ?, 'scripts', 'a', '{}', 1, ?, ?, ?, ?, ?)
  `);
  const at = '2026-11-22T10:00:00.000Z';
  const failure = { code: 'exited', message: 'Row 7 was changed.', detail: null, stderr_tail: null };
  add.run('one', 'failed', at, at, at, JSON.stringify(failure), null);
  t.match(
    textOf((await app.page('/activity')).html, '#activity-card'),
    /Row 7 was changed\. Checked .*Chain not verified/,
  );
  t.match(textOf((await app.page('/audit')).html, '#audit-chain-card'), /Not verified Row 7 was changed\./);
  add.run('two', 'succeeded', at, at, at, null, '{"rows": 12, "sealed": 0, "head_id": 12}');
  const { html } = await app.page('/activity');
  t.match(textOf(html, '#activity-card'), /The chain was verified/);
  t.equal(html.querySelector('#activity-card .badge'), null);
  t.match(textOf((await app.page('/audit')).html, '#audit-chain-card'), /Whole 12 rows verified/);
});
