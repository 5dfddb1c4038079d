// How pages meet a window: refusals, operations that wait or cannot run, workers that are paused.
import '../../support/plain-children.ts';
import { parse } from 'node-html-parser';
import t from 'tap';
import { card, operationRow, textOf } from '../../support/screen.ts';
import { admin, startWithClock, wanted } from '../../support/windows.ts';

t.test('a damaged audit row breaks no page', async (t) => {
  const { app, windows } = await startWithClock(t);
  await windows.start(wanted('frozen'), admin);
  const insert = app.ops.prepare(
    `INSERT INTO audit (at, actor, event, outcome, detail) VALUES ('2026-11-29T10:00:01Z', 'eve', ?, ?, ?)`,
  );
  for (const outcome of ['ok', 'refused', 'failed'])
    for (const detail of [
      '{"code": broken',
      '[1]',
      '7',
      'null',
      '""',
      '{"before":3,"after":[],"fields":"x"}',
    ])
      insert.run('schedule.changed', outcome, detail);
  app.bus.emit('maintenance');
  for (const address of ['/settings/maintenance', '/audit', '/activity', '/api/v1/audit?limit=50']) {
    const answer = await fetch(app.origin + address);
    t.equal(answer.status, 200, address);
    t.notMatch(await answer.text(), /could not be (read|loaded|shown)|\bfailed to load/i, address);
  }
  t.match((await app.page('/audit')).text, /\{&quot;code&quot;: broken/);
});

t.test('a refusal names the reason and the end, and leads to the window', async (t) => {
  const { app, windows } = await startWithClock(t);
  const { id } = await windows.start(wanted('read_only'), admin);
  const answer = await app.submit('/ui/operations/run/export', {});
  t.equal(answer.status, 503);
  t.equal(answer.headers.get('retry-after'), '3600');
  const html = parse(await answer.text());
  t.match(
    textOf(html, '.empty'),
    /^Not possible during maintenance .*the disk is moved.*It ends 29 Nov 2026, \d\d:00:00 ?\. Open maintenance End now…/,
  );
  t.equal(html.querySelector('.empty .btn-row a[hx-get]')?.getAttribute('href'), `/ui/maintenance/${id}/end`);
  t.match(textOf(html, '#maintenance-banner'), /every change is refused/);

  const note = await app.submit('/ui/operations/run/export', {}, { 'hx-request': 'true' });
  t.match([note.status, note.headers.get('hx-retarget')], [503, '#note']);
  const fragment = parse(await note.text());
  t.match(textOf(fragment, '.banner.hold'), /the disk is moved.*Open maintenance End now…/);

  t.equal((await app.submit(`/ui/maintenance/${id}/end`, { reason: 'the disk is back' })).status, 303);
  t.same(windows.all(), []);
});

t.test('buttons that run no operation are refused in the same way', async (t) => {
  const { app, windows } = await startWithClock(t);
  const { id } = await windows.start(wanted('read_only'), admin);
  const buttons: [string, Record<string, string>][] = [
    ['/ui/workers/pause', {}],
    ['/ui/workers/drain', { timeout_sec: '60' }],
    ['/ui/queue/retry-failed', {}],
    ['/ui/settings/limits', { 'retention.days': '29' }],
  ];
  for (const [button, form] of buttons) {
    const page = await app.submit(button, form);
    const note = await app.submit(button, form, { 'hx-request': 'true' });
    t.same([page.status, note.status, note.headers.get('hx-retarget')], [503, 503, '#note'], button);
    for (const [answer, place] of [
      [page, '.empty'],
      [note, '.banner.hold'],
    ] as const) {
      const html = parse(await answer.text());
      t.match(
        textOf(html, place),
        /until 29 Nov 2026, \d\d:\d\d ?: the disk is moved\..*Open maintenance End now…/,
        button,
      );
      t.ok(html.querySelector(`${place} a[href="/ui/maintenance/${id}/end"]`), button);
    }
  }
});

t.test('operations that a window holds back wait for its end', async (t) => {
  const { app, windows } = await startWithClock(t);
  await windows.start(wanted('frozen'), admin);
  const { html } = await app.page('/operations');
  t.match(
    textOf(html, operationRow('export')),
    /Blocked by maintenance by ada, which ends 29 Nov 2026, \d\d:00:00.*Queue export/,
  );
  t.notMatch(textOf(html, operationRow('index')), /Blocked/);
  const dialog = (await app.page('/ui/operations/undo/confirm')).html;
  t.match(textOf(dialog, 'main'), /It waits for maintenance by ada, which ends 29 Nov 2026, .* Queue job/);
  const queued = await app.submit('/ui/operations/run/export', { when_locked: 'wait' });
  t.equal(queued.status, 303);
});

t.test('an operation cannot run while the server is read-only', async (t) => {
  const { app, windows } = await startWithClock(t);
  await windows.start(wanted('read_only'), admin);
  const { html } = await app.page('/operations');
  const row = html.querySelector(operationRow('export'));
  t.match(
    textOf(html, operationRow('export')),
    /Refused during maintenance by ada, which ends 29 Nov 2026, \d\d:00:00.* Options… .*Export$/,
  );
  t.equal(row?.querySelector('#run-export')?.getAttribute('data-locked'), 'maintenance');
  const dialog = textOf((await app.page('/ui/operations/undo/confirm')).html, 'main');
  t.match(dialog, /Read-only for maintenance until 29 Nov, \d\d:00: the disk is moved/);
  t.notMatch(dialog, /Queue|waits for/);
});

t.test('the workers card says that a window pauses the workers, and until when', async (t) => {
  const { app, windows } = await startWithClock(t);
  await windows.start(wanted('drained'), admin);
  t.match(textOf((await app.page('/operations')).html, card.workers), /Paused .*maintenance/);
});
