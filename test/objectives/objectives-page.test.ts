// The page of objectives, its card, the hub and the outlook: at first, and with a month of counts.
import path from 'node:path';
import t from 'tap';
import { prepareOps } from '../../src/core/db/ops.ts';
import { objectives as feature } from '../../src/objectives/feature.ts';
import { startApp } from '../support/app.ts';
import { makeFolder } from '../support/folder.ts';
import { insideOf, textOf } from '../support/screen.ts';
import { openStream } from '../support/stream.ts';

const hourSec = 3600;
const env = { CHL_OPERATIONS_MODE: 'noop' };
const at = '2026-11-28T12:30:30.000Z';

/** A month of counts: a bad day of `fast` on the 19th and one of `up` on the 7th; on the 25th nothing ran, and on the 20th the machine went off for
 *  25 hours. */
function fillMonth(root: string) {
  const ops = prepareOps(path.join(root, 'ops.db'));
  const insert = ops.prepare('INSERT INTO objective_tally VALUES (?, 3600, ?, ?, ?)');
  const noon = Date.parse('2026-11-28T12:00:00Z') / 1000;
  for (let day = 1; day < 30; day++) {
    const date = 28 - day;
    if (date === 25) continue;
    const hour = noon - day * 24 * hourSec;
    insert.run('answers', hour, 1000, 1000);
    insert.run('fast', hour, date === 19 ? 500 : 1000, 1000);
    insert.run('up', hour, date === 7 ? 58 : 60, 60);
    insert.run('jobs', hour, day === 1 ? 9 : 10, 10);
    if (day < 4) insert.run('search', hour, 20, 20);
  }
  const start = ops.prepare(
    `INSERT INTO server_start (at, version, node, sqlite, mode, pid, boot_id, config_sha256, ended_at, "end")
      VALUES (?, ?, '22', '3', 'noop', 1, ?, '', ?, ?)`,
  );
  start.run('2026-11-02T10:00:00.000Z', '0.0.9', 'x', '2026-11-20T09:00:00.000Z', 'lost');
  start.run('2026-11-21T10:00:00.000Z', '0.1.0', 'y', '2026-11-24T23:00:00.000Z', 'stopped');
  ops.close();
}

t.test('at first there is too little to judge', async (t) => {
  const app = await startApp(t, { env });
  await app.use(feature).objectiveRecorder.runOnce();
  const { html, text } = await app.page('/objectives');
  t.match(textOf(html, '#objectives-card'), /Too few events to judge yet\. Counting began .*\./);
  t.match(textOf(html, '#objective-search'), /Too few to judge .* – target 99% Nothing counted yet/);
  t.equal(html.querySelectorAll('#objective-up .days rect').length, 31, '30 days, and a start');
  const partial = await (await fetch(`${app.origin}/ui/objectives/card`)).text();
  t.equal(insideOf(text, 'objectives-card').trim(), partial.trim(), 'the same bytes');
  const stream = await openStream(app.origin, '/ui/stream/telemetry?topics=objectives');
  t.teardown(stream.close);
  const seen = stream.events.length;
  await app.page('/jobs');
  await app.use(feature).objectiveRecorder.runOnce();
  const { data } = await stream.until(({ event }) => event === 'objectives', seen);
  t.match(data, 'objective-answers', 'a counted minute is shown live');
  t.match(
    textOf((await app.page('/status')).html, '#status-card'),
    'Objectives Too few events to judge yet.',
  );
  t.notMatch(textOf((await app.page('/operations')).html, '#outlook-card'), 'held');
  t.match((await app.json('/health')).body.status, 'healthy');
});

t.test('a month of counts', async (t) => {
  const root = makeFolder(t);
  fillMonth(root);
  const app = await startApp(t, { env, root, now: () => new Date(at) });
  const { html } = await app.page('/objectives');
  const row = (name: string) => textOf(html, `#objective-${name}`);

  t.test('a value, its target, its bad days and what is left', async (t) => {
    t.match(
      textOf(html, '.obj-says'),
      '3 of 4 held over 30 days, 2 with too few events to judge. “fast” is below its target.',
    );
    t.match(row('fast'), /Below target .* 98\.21% target 99% .*over its allowance: 19 Nov/);
    t.match(row('fast'), /Used up since 19 Nov p95 – · n 28,\d{3}/);
    t.match(
      row('up'),
      /Held .*99\.88% target 99\.5% 2 min down; over its allowance: 7 Nov; not counted: 25 Nov; the machine was off for 25 h on 20 and 21 Nov, not counted/,
    );
    t.match(row('up'), /6 min of 8 min left/);
    t.match(row('answers'), /None failed; not counted: 25 Nov 140 requests of 140 left n 28,\d{3}/);
    t.match(row('jobs'), /1 failed; bad input and cancelled jobs do not count.* 5 jobs of 6 left n 280/);
    t.match(row('search'), 'Too few to judge');
    t.match(
      textOf(html, '#objectives-card .banner'),
      /“fast” has used its allowance of 30 days 500 of 28,\d{3} requests took longer than 200 ms; 280 are allowed\./,
    );
    t.match(
      textOf(html, '.obj-foot'),
      'The server was started 3 times, the last on 28 Nov. New: 0.1.0 on 21 Nov.',
    );
    const tones = html.querySelectorAll('#objective-fast .days rect').map((one) => one.getAttribute('class'));
    t.same([tones.filter((tone) => tone === 'bad').length, tones.at(26), tones.at(20)], [1, 'none', 'bad']);
    t.same(tones.slice(30), ['start', 'version', 'start']);
  });

  t.test('the hub, the outlook and the API agree', async (t) => {
    t.match(
      textOf((await app.page('/status')).html, '#status-card'),
      '3 of 4 held over 30 days, 2 with too few',
    );
    t.match(textOf((await app.page('/operations')).html, '#outlook-card'), '3 of 4 objectives held');
    const { body } = await app.json('/api/v1/objectives');
    t.strictSame(
      body.items.map((one: { name: string; state: string }) => [one.name, one.state]),
      [
        ['up', 'held'],
        ['answers', 'held'],
        ['fast', 'missed'],
        ['search', 'too_few'],
        ['jobs', 'held'],
        ['fresh', 'too_few'],
      ],
    );
    t.match(body.items[4], { good: 279, total: 280, allowance: { unit: 'jobs', total: 5.6, left: 4.6 } });
    const { body: fast } = await app.json('/api/v1/objectives/fast');
    t.match(fast, { target: 0.99, window_days: 30, threshold_ms: 200, is_default: true, p95_ms: null });
    t.match(fast.days[20], { day: '2026-11-19', good: 500, total: 1000, used: 50 }, '500 of 10');
    t.equal(fast.days[26].used, null);
    t.equal((await app.json('/api/v1/objectives/none')).status, 404);
  });

  t.test('an objective that is off says so and leaves the count', async (t) => {
    const { body } = await app.json('/api/v1/objectives/fast');
    const answer = await fetch(`${app.origin}/api/v1/objectives/fast`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ target: body.target, window_days: 30, is_on: false }),
    });
    t.equal(answer.status, 200);
    const { html } = await app.page('/objectives');
    t.match(textOf(html, '#objective-fast'), /Off .* – target 99% Nothing is counted while it is off\./);
    t.match(textOf(html, '.obj-says'), '3 of 3 held over 30 days');
    t.notOk(html.querySelector('#used-up-fast'));
    t.match(textOf((await app.page('/operations')).html, '#outlook-card'), '3 objectives held');
  });
});
