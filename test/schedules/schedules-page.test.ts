// The page of schedules: its sentence, the timeline, the table, and the buttons, which work without JavaScript.
import '../support/plain-children.ts';
import t, { type Test } from 'tap';
import { startApp, type TestApp } from '../support/app.ts';
import { insertJob } from '../support/job-repository.ts';
import { machineZone } from '../../src/schedule-store/cron.ts';
import { clockIn, fullMomentIn, momentIn } from '../../src/schedule-store/zone-time.ts';
import { addTick, putSchedule, storedSchedule } from '../support/stored-schedules.ts';
import { textOf } from '../support/screen.ts';
import type { HTMLElement } from 'node-html-parser';

const start = Date.parse('2026-11-28T13:08:20Z');
const noop = { CHL_OPERATIONS_MODE: 'noop' };

/** Without the schedules of the first start. */
async function startAt(t: Test): Promise<TestApp> {
  const startedAt = Date.now();
  const app = await startApp(t, { env: noop, now: () => new Date(start + Date.now() - startedAt) });
  const { schedules } = app.parts;
  for (const { name } of schedules.all()) schedules.remove(name);
  return app;
}

/** On the clock of this machine. */
const clock = (time: string) => clockIn(machineZone(), new Date(`2026-11-28T${time}:00Z`));

/** No zone of this machine; its clock is 11 hours ahead of UTC. */
const elsewhere = machineZone() === 'Asia/Magadan' ? 'Pacific/Guadalcanal' : 'Asia/Magadan';

const repair = { operation: 'repair', cron: '15 14 * * *', zone: 'UTC' };

t.test('at first the page offers the schedules that are prepared and off', async (t) => {
  const app = await startApp(t, { env: noop });
  const { html } = await app.page('/schedules');
  t.match(textOf(html, '#schedule-sentence'), /^0 on, \d+ off\.$/);
  t.match(textOf(html, '#schedule-list'), /These schedules are off/);
  t.match(
    textOf(html, '#schedule-list'),
    /Nothing ran in the last 24 hours, and nothing is due in the next 24\./,
  );
  t.match(textOf(html, '.tl-left'), /^\d+ are off\.$/);
  const buttons = html.querySelectorAll('#schedule-list [id^="switch-"]');
  t.ok(buttons.every((node) => node.text.trim().startsWith('Switch on')));
});

t.test('without a schedule the page says what one is for', async (t) => {
  const app = await startAt(t);
  const { html } = await app.page('/schedules');
  t.equal(textOf(html, '#schedule-sentence'), 'No schedule yet.');
  t.match(textOf(html, '#schedule-list .empty'), /starts an operation by itself.*Add schedule…/);
  t.equal(html.querySelector('.tl'), null);
  t.match(textOf((await app.page('/jobs')).html, '.page-head'), /newest first\. No schedules/);
});

t.test('the page lists every schedule, with its last run and its next time', async (t) => {
  const app = await startAt(t);
  await putSchedule(app, 'nightly', repair);
  await putSchedule(app, 'far', { ...repair, cron: '0 4 * * *', zone: elsewhere });
  await putSchedule(app, 'spare', { ...repair, is_on: false });
  addTick(app, 'nightly', '2026-11-28T08:15:00.000Z', { outcome: 'skipped', why: 'Import #3 was running.' });
  addTick(app, 'nightly', '2026-11-28T10:15:00.000Z', { outcome: 'missed', why: 'The server was off.' });
  const { html } = await app.page('/schedules');
  t.equal(textOf(html, '#schedule-sentence'), `2 on, 1 off. Next: nightly at ${clock('14:15')}.`);
  t.match(
    textOf(html, '#schedule-nightly'),
    new RegExp(
      `Repair index.*14:15 Not run yet Last time: Missed.*The server was off\\..*Sat 28 Nov, ${clock('14:15')}`,
    ),
  );
  t.match(textOf(html, '#schedule-far'), new RegExp(`${elsewhere}.*Not run yet.*Sun 29 Nov, 04:00`));
  t.match(textOf(html, '#schedule-spare'), /Off since.*–/);
  const row = `Skipped at ${clock('08:15')}; missed at ${clock('10:15')}. Due at ${clock('14:15')}.`;
  t.ok(textOf(html, '.tl').includes(row));
  t.equal(html.querySelectorAll('.tl-name a').length, 2, 'a schedule that is off and has no run has no row');
  t.match(textOf(html, '#schedule-list'), /1 more is off and did not run\./);
  t.equal(html.querySelectorAll('[style]').length, 0, 'a strict policy allows no inline style');
  const places = html.querySelectorAll('.track [href="#tl-due"]').map((node) => node.getAttribute('x'));
  t.strictSame(places, ['58.04%', '52.31%']);
  const jobs = textOf((await app.page('/jobs')).html, '.page-head');
  t.ok(jobs.includes(`3 schedules, next ${clock('14:15')}`), jobs);
});

t.test('a schedule of a job shows the job, also of one that was started by hand', async (t) => {
  const app = await startAt(t);
  await putSchedule(app, 'nightly', repair);
  const run = await app.submit('/ui/schedules/nightly/run', { key: 'once' });
  t.match(run, { status: 303 });
  t.equal(run.headers.get('location'), '/schedules/nightly');
  await app.submit('/ui/schedules/nightly/run', { key: 'once' });
  await app.whenJob(1);
  t.equal(app.parts.repository.find('2'), null, 'a double click runs once');
  t.match(textOf((await app.page('/schedules')).html, '#schedule-nightly'), /Done #1 by hand/);
  const byRule = { schedule: 'nightly', requested_by: 'schedule nightly' };
  const job = insertJob(app.parts.repository, { operation: 'repair', ...byRule });
  app.parts.repository.start(job.id);
  addTick(app, 'nightly', '2026-11-28T13:08:00.000Z', { job: job.number });
  t.match(textOf((await app.page('/ui/schedules')).html, '#schedule-nightly'), /Running #2/);
  t.match(textOf((await app.page('/ui/schedules')).html, '.tl'), /waiting or running at/);
});

t.test('a time that was not run stands beside the last run, and does not hide it', async (t) => {
  const app = await startAt(t);
  await putSchedule(app, 'nightly', repair);
  const show = async () =>
    textOf((await app.page('/schedules')).html, '#schedule-nightly [data-l="Last run"]');
  const byRule = { schedule: 'nightly', requested_by: 'schedule nightly' };
  const job = insertJob(app.parts.repository, { operation: 'repair', ...byRule });
  app.parts.repository.start(job.id);
  addTick(app, 'nightly', '2026-11-27T14:15:00.000Z', { job: job.number });
  const later = { decided_at: '2026-12-28T10:15:00.000Z' };
  addTick(app, 'nightly', '2026-11-28T10:15:00.000Z', { outcome: 'refused', why: 'Maintenance.', ...later });
  t.match(await show(), /^Running #1 .* Last time: Refused .* Maintenance\.$/);
  const card = textOf((await app.page('/schedules/nightly')).html, '#schedule-nightly-card .kv');
  t.match(card, /Last run Running #1 .* Last time Refused .* Maintenance\. Changed/);
  addTick(app, 'nightly', '2026-11-28T10:16:00.000Z', { job: 7, ...later });
  addTick(app, 'nightly', '2026-11-28T10:17:00.000Z', { outcome: 'skipped', why: 'Busy.', ...later });
  t.match(
    await show(),
    /^Started .* Its job, #7, was removed from the history\. Last time: Skipped .* Busy\.$/,
  );
});

t.test('a schedule is switched off and on, and the list comes back', async (t) => {
  const app = await startAt(t);
  await putSchedule(app, 'nightly', repair);
  const headers = { 'hx-request': 'true', 'hx-current-url': `${app.origin}/schedules` };
  const off = await app.submit('/ui/schedules/nightly/switch', { is_on: 'false' }, headers);
  t.match(off.headers.get('hx-trigger'), /"ops-refresh":true/, 'the list fetches itself again');
  t.match(textOf((await app.page('/ui/schedules')).html, '#schedule-nightly'), /Off since/);
  t.equal(storedSchedule(app, 'nightly').is_on, false);
  await app.submit('/ui/schedules/nightly/switch', { is_on: 'true' });
  t.equal(storedSchedule(app, 'nightly').is_on, true);
  t.match(await app.submit('/ui/schedules/none/switch', { is_on: 'true' }), { status: 404 });
});

t.test('a schedule is removed after a dialog', async (t) => {
  const app = await startAt(t);
  await putSchedule(app, 'nightly', repair);
  const dialog = (await app.page('/ui/schedules/nightly/remove')).html;
  t.equal(textOf(dialog, 'h1'), 'Remove the schedule nightly?');
  const removed = await app.submit('/ui/schedules/nightly/remove', {});
  t.equal(removed.headers.get('location'), '/schedules');
  t.equal((await app.page('/schedules/nightly')).status, 404);
});

t.test(
  'many schedules are on pages of 20, each with its timeline, and a search finds some of them',
  async (t) => {
    const app = await startAt(t);
    const put = async (name: string, given = {}) => putSchedule(app, name, { ...repair, ...given });
    for (let at = 10; at < 40; at++) await put(`every-${at}`);
    const namesOf = (html: HTMLElement, cell: string) => html.querySelectorAll(cell).map((node) => node.text);
    const first = (await app.page('/schedules')).html;
    t.match(textOf(first, '#schedule-list'), /All schedules 1–20 of 30/);
    t.equal(namesOf(first, 'td .name').length, 20);
    t.strictSame(namesOf(first, '.tl-name a'), namesOf(first, 'td .name'));
    t.match(textOf(first, '.tl-left'), 'Page 1 of 2; 10 more on the other pages.');
    const next = first.querySelector('[rel="next"]')?.getAttribute('href') ?? '';
    t.equal(next, '/schedules?page=2');
    const second = (await app.page(next)).html;
    t.strictSame(namesOf(second, 'td .name').at(0), 'every-30');
    t.equal(namesOf(second, 'td .name').length, 10);
    t.equal(second.querySelector('[rel="prev"]')?.getAttribute('href'), '/schedules');
    const part = second.querySelector('#schedule-list')?.getAttribute('hx-get') ?? '';
    t.strictSame(
      namesOf((await app.page(part)).html, 'td .name'),
      namesOf(second, 'td .name'),
      'what it fetches',
    );
    t.match(textOf((await app.page('/schedules?page=9')).html, '#schedule-list'), /21–30 of 30/);
    await put('far', { cron: '0 4 * * 1', zone: elsewhere });
    const search = async (q: string) => namesOf((await app.page(`/schedules?q=${q}`)).html, 'td .name');
    t.strictSame(await search('MONDAY+repair'), ['far']);
    const searched = (await app.page('/schedules?q=far')).html;
    t.equal(textOf(searched, '.tl-left'), 'Only schedules that match the search.');
    t.strictSame(await search('every-1').then((names) => names.length), 10);
    t.match(
      textOf((await app.page('/schedules?q=nothing')).html, '#schedule-list'),
      /No schedules match this search/,
    );
    t.equal((await app.page('/schedules?page=0')).status, 422);
  },
);

t.test('the page of a schedule shows its facts and what became of its times, in pages', async (t) => {
  const app = await startAt(t);
  await putSchedule(app, 'nightly', { ...repair, cron: '30 2 * * *', zone: 'Europe/Berlin' });
  for (let at = 0; at < 60; at++)
    addTick(app, 'nightly', new Date(start - at * 86_400_000).toISOString(), {
      outcome: 'skipped',
      why: `No. ${at}.`,
    });
  const { html } = await app.page('/schedules/nightly');
  const state = textOf(html, '#schedule-nightly-card');
  t.match(
    state,
    /^On .*Sun 29 Nov 2026, 02:30.*[Oo]n Sun 28 Mar 2027 02:00 to 03:00 does not exist; it runs at 03:00/,
  );
  t.match(state, /No\. 9\..*All times$/);
  const first = (await app.page('/schedules/nightly/times')).html;
  t.equal(first.querySelectorAll('tbody tr').length, 50);
  const older = first.querySelector('.card-foot a')?.getAttribute('href') ?? '';
  const second = (await app.page(older)).html;
  t.equal(second.querySelectorAll('tbody tr').length, 10);
  t.match(textOf(second, 'tbody'), /^.*No\. 50\./);
  t.equal((await app.page('/schedules/none/times')).status, 404);
});

t.test('every time is by the clock of the machine, and one of another zone is named with it', async (t) => {
  const app = await startAt(t);
  await putSchedule(app, 'far', { ...repair, cron: '0 4 * * *', zone: elsewhere });
  addTick(app, 'far', '2026-11-27T17:00:00.000Z', { outcome: 'skipped', why: 'No.' });
  const here = (at: string, format = momentIn) => format(machineZone(), new Date(at));
  const there = `Sun 29 Nov, 04:00 in ${elsewhere}`;
  const list = (await app.page('/schedules')).html;
  t.match(textOf(list, '#schedule-far [data-l="Next"]'), `${here('2026-11-28T17:00:00Z')} ${there}`);
  t.match(
    textOf(list, '.tl .sr'),
    new RegExp(`^Skipped at ${here('2026-11-27T17:00:00Z', clockIn)}\\. Due at`),
  );
  const one = (await app.page('/schedules/far')).html;
  const due = `${here('2026-11-27T17:00:00Z')} Sat 28 Nov, 04:00 in ${elsewhere}`;
  t.equal(textOf(one, '#schedule-far-card tbody .c-main'), due);
  const next = `${here('2026-11-28T17:00:00Z', fullMomentIn)} Sun 29 Nov 2026, 04:00 in ${elsewhere}`;
  for (const times of one.querySelectorAll('.times')) t.equal(textOf(times, 'li'), next);
  t.equal(one.querySelectorAll('.times').length, 2, 'of the card and of the form');
  t.match(textOf((await app.page('/schedules/far/times')).html, 'tbody .c-main'), due);
  await putSchedule(app, 'near', { ...repair, zone: machineZone() });
  t.notMatch(textOf((await app.page('/schedules')).html, '#schedule-near [data-l="Next"]'), ' in ');
});

t.test('due times that lie close together have a mark of their own, which the legend explains', async (t) => {
  const app = await startAt(t);
  await putSchedule(app, 'dense', { ...repair, cron: '*/5 * * * *' });
  const { html } = await app.page('/schedules');
  t.match(textOf(html, '.tl g:has(.tl-often) title'), /^Due from .* to /);
  t.equal(html.querySelectorAll('.tl g .tl-due').length, 0);
  const keys = html.querySelectorAll('.legend li').filter((key) => key.querySelector('.tl-often'));
  t.strictSame(
    keys.map((key) => key.text.trim()),
    ['Due, less than half an hour apart'],
  );
});

t.test('a schedule that is gone or cannot be answers with a way back to the list', async (t) => {
  const app = await startAt(t);
  const long = 'a'.repeat(300);
  for (const address of [
    '/schedules/none',
    '/schedules/none/times',
    '/schedules/No%20Name%21',
    `/schedules/${long}`,
    '/schedules/a/b/c',
  ]) {
    const { status, html } = await app.page(address);
    t.equal(status, 404, address);
    t.match(textOf(html, '.empty'), /^Not found There is no .*Back to schedules$/, address);
    t.equal(html.querySelector('main .empty a.btn')?.getAttribute('href'), '/schedules');
  }
});

t.test('the row of an operation names its next run, on the page and in the API', async (t) => {
  const app = await startAt(t);
  const rowOf = async () => textOf((await app.page('/operations')).html, '#op-repair');
  t.notMatch(await rowOf(), /Next run/);
  await putSchedule(app, 'later', { ...repair, cron: '0 16 * * *' });
  await putSchedule(app, 'sooner', repair);
  t.match(await rowOf(), new RegExp(`Next run .* Nov 2026, ${clock('14:15')}.* sooner`));
  const { body } = await app.json('/api/v1/operations');
  const found = body.items.find(({ name }: { name: string }) => name === 'repair');
  t.same(found.next_run, { schedule: 'sooner', at: '2026-11-28T14:15:00.000Z' });
  await app.submit('/ui/schedules/sooner/switch', { is_on: 'false' });
  t.match(await rowOf(), /Next run .* later/);
});
