// /settings/maintenance: the form that starts a window, the open windows, the former ones, and the dialogs.
import '../../support/plain-children.ts';
import { parse } from 'node-html-parser';
import t from 'tap';
import { maintenance } from '../../../src/maintenance/feature.ts';
import { as, startWithRoles } from '../../support/roles.ts';
import { openStream } from '../../support/stream.ts';
import { fieldProblems, textOf } from '../../support/screen.ts';
import { admin, run, startWithClock, untilEntered, wanted } from '../../support/windows.ts';

const place = '/settings/maintenance';
const frozen = { level: 'frozen', starts: 'now', lasts: '30', reason: 'New disk' };

t.test('a window starts from the form, and the page shows it', async (t) => {
  const { app, pass } = await startWithClock(t);
  const empty = (await app.page(place)).html;
  t.match(textOf(empty, '#window-now'), /No window is open/);
  t.match(textOf(empty, '#windows-before'), /No windows yet/);
  t.match(
    textOf((await app.page('/settings')).html, '#settings-card'),
    /Maintenance No window, and none before\./,
  );

  const answer = await app.submit('/ui/maintenance', frozen);
  t.match([answer.status, answer.headers.get('location')], [303, place]);
  const { html } = await app.page(place, { cookie: answer.headers.getSetCookie().join('; ') });
  t.match(textOf(html, '#toasts'), /The window has started\. Frozen until 29 Nov, \d\d:30\./);
  t.match(
    textOf(html, '#window-now'),
    /Frozen .*Reason New disk By \S+ Begun 29 Nov 2026, \d\d:00:00 Holds back imports, exports, restores and undo Refused 0 jobs, 0 other requests/,
  );
  t.same(html.querySelectorAll('#window-now .btn-row a').length, 0, 'the banner has the buttons');
  t.ok(html.querySelector('#window-now a[href="/audit?target=window:1"]'));
  t.match(html.querySelector('#window-now progress')?.attributes, {
    'data-from': '2026-11-29T10:00:00.000Z',
    'data-to': '2026-11-29T10:30:00.000Z',
  });
  t.match(
    textOf((await app.page('/settings')).html, '#settings-card'),
    /Until 29 Nov, \d\d:30: imports, exports, restores and undo can only be queued\. Frozen/,
  );

  t.equal((await run(app, 'import')).status, 503);
  t.match(textOf((await app.page(place)).html, '#window-now'), /Refused 1 job, 0 other requests/);

  pass(10);
  t.equal((await app.submit('/ui/maintenance/1/end', {})).status, 303);
  const ended = (await app.page(place)).html;
  t.ok(ended.querySelector('#windows-before a[href="/audit?target=window:1"]'));
  t.match(
    textOf(ended, '#windows-before'),
    /29 Nov, \d\d:00 “New disk”, by \S+ · audit rows Frozen 10 min of 30 min, ended by \S+ ?\./,
  );
  t.match(
    textOf((await app.page('/settings')).html, '#settings-card'),
    /No window\. The last one was frozen on 29 Nov, \d\d:00, 10 min\./,
  );
});

t.test('the last value of a repeated field counts', async (t) => {
  const { app, windows } = await startWithClock(t);
  const post = (path: string, fields: string[][]) =>
    fetch(app.origin + path, {
      method: 'POST',
      body: new URLSearchParams(fields as [string, string][]),
      redirect: 'manual',
    });
  const twice = ['lasts', 'minutes', 'level', 'starts'].map((name) => [name, 'x']);
  const last = { ...frozen, lasts: 'other', minutes: '20' };
  t.equal((await post('/ui/maintenance', [...twice, ...Object.entries(last)])).status, 303);
  t.match(windows.all(), [{ level: 'frozen', reason: 'New disk', ends_at: '2026-11-29T10:20:00.000Z' }]);
  const longer = [
    ['lasts', '15'],
    ['lasts', 'other'],
    ['minutes', '1'],
    ['minutes', '10'],
  ];
  t.equal((await post('/ui/maintenance/1/extend', longer)).status, 303);
  t.match(windows.all(), [{ ends_at: '2026-11-29T10:30:00.000Z' }]);
});

t.test('the form names all problems at once, and keeps what was typed', async (t) => {
  const { app, windows } = await startWithClock(t);
  const form = {
    level: 'drained',
    starts: 'at',
    starts_at: '',
    lasts: 'other',
    minutes: '2000',
    reason: 'no',
  };
  const answer = await app.submit('/ui/maintenance', { ...form, confirm: 'yes' });
  t.equal(answer.status, 422);
  const html = parse(await answer.text());
  t.match(fieldProblems(html), {
    starts_at: 'Choose the day and the time of the start.',
    minutes: /whole minutes from 1 to 1440/,
    reason: /5 to 200 characters/,
    confirm: 'Type maintenance to confirm.',
  });
  t.match(textOf(html, '.window-form'), /^Start or plan a window 4 fields need a change\./);
  for (const [name, value] of Object.entries({ minutes: '2000', reason: 'no', confirm: 'yes' }))
    t.equal(html.querySelector(`[name="${name}"]`)?.getAttribute('value'), value);
  t.ok(html.querySelector('#level-drained[checked]'));
  t.equal(html.querySelector('#window-lasts option[selected]')?.getAttribute('value'), 'other');

  const unconfirmed = await app.submit('/ui/maintenance', { ...frozen, level: 'read_only' });
  t.equal(unconfirmed.status, 422);
  t.match(fieldProblems(parse(await unconfirmed.text())), { confirm: 'Type maintenance to confirm.' });
  t.same(windows.all(), []);

  await windows.start(wanted('frozen'), admin);
  const second = await app.submit('/ui/maintenance', frozen);
  t.equal(second.status, 409);
  t.match(
    textOf(parse(await second.text()), '.window-form'),
    /Window 1 \(frozen, the disk is moved\) lasts from/,
  );
});

t.test('while a window holds, the page shows it first and offers to plan a later one', async (t) => {
  const { app, windows } = await startWithClock(t);
  const { id } = await windows.start(wanted('frozen'), admin);
  const { html } = await app.page(place);
  t.match(textOf(html, '.split'), /^Now .*Frozen .*Plan a later window, or announce one/);
  t.ok(html.querySelector('#window-now [data-holds]'), 'the style sheet hides the form');
  t.equal(html.querySelector('#plan-later')?.getAttribute('href'), '#window-start');
  t.match(textOf(html, '.window-form'), /Only one window holds jobs back at a time\./);
  t.equal(html.querySelector('[name="starts"] option[selected]')?.getAttribute('value'), 'at');
  t.match(html.querySelector('[name="starts_at"]')?.getAttribute('value'), /^2026-11-29T\d\d:00$/);

  await t.test('the refusal of a second one leads to it and ends it', async (t) => {
    const answer = await app.submit('/ui/maintenance', frozen);
    t.equal(answer.status, 409);
    const refused = parse(await answer.text());
    t.ok(refused.querySelector('.window-form[data-unsaved="typed"]'), 'the style sheet shows the form');
    t.notOk(refused.querySelector('#window-starts-fields'), 'no update replaces the start that was typed');
    t.match(
      textOf(refused, '.window-form'),
      /lasts from 29 Nov 2026, \d\d:00 ?to 29 Nov 2026, \d\d:00 ?, and only one.* Show the window End now…/,
    );
    const links = refused
      .querySelectorAll('.window-form .btn-row a')
      .map((link) => link.getAttribute('href'));
    t.same(links, ['#window-now', `/ui/maintenance/${id}/end`]);
  });

  await windows.end(id, admin);
  await windows.start({ ...wanted('frozen'), starts_at: '2026-11-29T10:10:00Z' }, admin);
  const beforePlanned = parse(await (await app.submit('/ui/maintenance', frozen)).text());
  t.match(textOf(beforePlanned, '.window-form'), /^Start or plan a window .* Show the window Cancel…/);
  t.notMatch(textOf(beforePlanned, '.window-form'), /Only one window/, 'a planned window holds nothing yet');
});

t.test('a window is planned for a local time, extended, and cancelled', async (t) => {
  const { app, windows } = await startWithClock(t);
  const start = new Date('2026-11-30T09:00:00Z');
  const two = (value: number) => String(value).padStart(2, '0');
  const local = `${start.getFullYear()}-${two(start.getMonth() + 1)}-${two(start.getDate())}T${two(start.getHours())}:${two(start.getMinutes())}`;
  await app.submit('/ui/maintenance', { ...frozen, starts: 'at', starts_at: local, lasts: '120' });
  t.match(windows.all(), [{ starts_at: '2026-11-30T09:00:00.000Z', ends_at: '2026-11-30T11:00:00.000Z' }]);
  t.match(
    textOf((await app.page(place)).html, '#window-now'),
    /No window is open.*Planned 30 Nov, \d\d:00 to .* Frozen “New disk”/,
  );
  t.match(
    textOf((await app.page('/settings')).html, '#settings-card'),
    /Planned: frozen, 30 Nov, \d\d:00 to/,
  );

  await app.submit('/ui/maintenance', { ...frozen, level: 'announce', starts: 'at', starts_at: local });
  const { html } = await app.page(place);
  t.same(
    html.querySelectorAll('#window-now .btn-row a').map((link) => link.getAttribute('href')),
    ['/ui/maintenance/2/extend', '/ui/maintenance/2/end'],
    'the banner has those of the first',
  );

  const dialog = (await app.page('/ui/maintenance/1/extend')).html;
  t.match(textOf(dialog, 'main'), /Extend the window\?.*It ends on 30 Nov, \d\d:00/);
  const bad = await app.submit('/ui/maintenance/1/extend', { lasts: 'other', minutes: 'two' });
  t.equal(bad.status, 422);
  t.match(fieldProblems(parse(await bad.text())), { minutes: /whole minutes/ });
  t.equal((await app.submit('/ui/maintenance/1/extend', { lasts: '15' })).status, 303);
  t.match(windows.find(1), { ends_at: '2026-11-30T11:15:00.000Z' });
  t.equal((await app.submit('/ui/maintenance/1/extend', { lasts: 'other', minutes: '1440' })).status, 422);

  t.match(textOf((await app.page('/ui/maintenance/1/end')).html, 'main'), /Cancel the planned window\?/);
  await app.submit('/ui/maintenance/1/end', {});
  t.match(textOf((await app.page(place)).html, '#windows-before'), /cancelled by \S+ before its start/);
  t.equal((await app.submit('/ui/maintenance/1/end', {})).status, 409);
  t.equal((await app.page('/ui/maintenance/9/end')).status, 404);
});

t.test('the window of another person ends with a reason', async (t) => {
  const { app, windows } = await startWithClock(t);
  const { id } = await windows.start(wanted('frozen'), admin);
  t.match(
    textOf((await app.page(`/ui/maintenance/${id}/end`)).html, 'main'),
    /It is the window of ada, so say why/,
  );
  const refused = await app.submit(`/ui/maintenance/${id}/end`, { reason: 'no' });
  t.equal(refused.status, 422);
  t.match(fieldProblems(parse(await refused.text())), { reason: /reason of at least 5/ });
  t.equal((await app.submit(`/ui/maintenance/${id}/end`, { reason: 'the disk is back' })).status, 303);
  t.same(windows.all(), []);
});

t.test('open pages count each refusal', async (t) => {
  const { app, windows } = await startWithClock(t);
  await windows.start(wanted('frozen'), admin);
  const stream = await openStream(app.origin, '/ui/stream/telemetry?topics=window-now');
  t.teardown(stream.close);
  const counts = (number: number) =>
    stream.until(({ event, data }) => event === 'window-now' && data.includes(`${number} job`));
  await counts(0);
  for (const number of [1, 2]) {
    t.equal((await run(app, 'import')).status, 503);
    await counts(number);
  }
});

t.test('a window that waits for a job has not begun', async (t) => {
  const { app, windows } = await startWithClock(t);
  const { body: job } = await run(app, 'import');
  await app.whenJob(job.number, 'running');
  const window = await windows.start(wanted('frozen'), admin);
  const now = async () => textOf((await app.page(place)).html, '#window-now');
  t.match(await now(), /Starting It starts when import #\d+ ends.* Waits since 29 Nov 2026/);
  t.notMatch(await now(), /Begun/);
  await app.submit(`/ui/jobs/${job.number}/cancel`, {});
  await untilEntered(app, window);
  t.match(await now(), /Begun 29 Nov 2026/);
});

t.test('the form says which job each level would wait for', async (t) => {
  const { app } = await startWithClock(t);
  t.equal(textOf((await app.page(place)).html, '#window-wait'), '');
  const { body: chore } = await run(app, 'chore');
  await app.whenJob(chore.number, 'running');
  const waits = async () =>
    (await app.page(place)).html
      .querySelectorAll('#window-wait [data-levels]')
      .map((line) => [line.getAttribute('data-levels'), /#\d+/.exec(line.text)?.[0]]);
  t.same(await waits(), [['drained read_only', `#${chore.number}`]]);
  const { body: job } = await run(app, 'import');
  await app.whenJob(job.number, 'running');
  t.match(await waits(), [['frozen', `#${job.number}`]].concat([['drained read_only', `#${chore.number}`]]));
  for (const { number } of [chore, job]) await app.submit(`/ui/jobs/${number}/cancel`, {});
});

t.test('the history says how each window ended, twenty on a page', async (t) => {
  const { app, windows, windowClock, pass } = await startWithClock(t);
  const drained = await windows.start(wanted('drained'), admin);
  pass(61);
  await windowClock.runOnce();
  t.match(windows.find(drained.id), { ended_by: 'system' });
  const before = async (address = place) =>
    textOf((await app.page(address)).html, '[aria-labelledby="h-before"]');
  t.match(await before(), /Drained 1 h, ended by itself\. Drained in 0 s\./);
  await windows.start(wanted('announce'), admin);
  pass(61);
  await windowClock.recover();
  t.match(await before(), /Announce 1 h, ended while the server was off\./);
  for (let count = 0; count < 19; count += 1) {
    const { id } = await windows.start(wanted('announce'), admin);
    await windows.end(id, admin);
  }
  const { html } = await app.page(place);
  t.equal(html.querySelectorAll('#windows-before tbody tr').length, 20);
  const older = html.querySelector('#windows-before .card-foot a')?.getAttribute('href') ?? '';
  t.match(await before(older), /^Windows before .*ended by itself.* Newest$/);
  t.equal((await app.page(`${place}?before=x`)).status, 422);
});

t.test('only an admin may start, extend or end a window; everybody may read', async (t) => {
  const app = await startWithRoles(t);
  const { id } = await app.use(maintenance).windows.start(wanted('frozen'), admin);
  for (const role of ['viewer', 'operator'] as const) {
    const { status, html } = await app.page(place, as(role));
    t.equal(status, 200);
    t.ok(html.querySelector('.window-form button[data-locked="admin"]'));
    for (const address of ['/ui/maintenance', `/ui/maintenance/${id}/extend`, `/ui/maintenance/${id}/end`])
      t.equal((await app.submit(address, frozen, as(role))).status, 403, `${role} ${address}`);
  }
});
