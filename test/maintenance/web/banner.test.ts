// The banner of a maintenance window, which is on every page and live.
import '../../support/plain-children.ts';
import t from 'tap';
import { maintenance } from '../../../src/maintenance/feature.ts';
import type { TestApp } from '../../support/app.ts';
import { as, startWithRoles } from '../../support/roles.ts';
import { insideOf, textOf } from '../../support/screen.ts';
import { openStream } from '../../support/stream.ts';
import { admin, run, startWithClock, untilEntered, wanted } from '../../support/windows.ts';

const banner = '#maintenance-banner';
const pages = [
  '/operations',
  '/jobs',
  '/library',
  '/status',
  '/settings',
  '/settings/maintenance',
  '/nothing',
];

async function bannerOn(app: TestApp, address: string): Promise<string> {
  return textOf((await app.page(address)).html, banner);
}

t.test('every page has the banner, in each state of the window', async (t) => {
  const { app, windows, windowClock, pass } = await startWithClock(t);
  const everyPage = async (expected: RegExp | '') => {
    for (const address of pages) {
      const text = await bannerOn(app, address);
      if (expected === '') t.equal(text, '', address);
      else t.match(text, expected, address);
    }
  };
  await everyPage('');

  const day = 24 * 60;
  const planned = await windows.start({ ...wanted('drained'), starts_at: '2026-11-30T11:00:00Z' }, admin);
  await everyPage('');
  pass(61);
  await windowClock.runOnce();
  await everyPage(
    /^Maintenance planned, 30 Nov, \d\d:\d\d to .*: jobs will wait for its end, and the workers will be paused “the disk is moved”, planned by ada\. It starts by itself at 30 Nov 2026, \d\d:\d\d:00 ?\. Extend… the window Cancel… the window$/,
  );
  await windows.end(planned.id, admin);
  await everyPage('');

  const { body: job } = await run(app, 'import');
  await app.whenJob(job.number, 'running');
  const frozen = await windows.start(wanted('frozen'), admin);
  await everyPage(
    new RegExp(
      `^Maintenance until \\d\\d:01 is starting: imports, exports, restores and undo can only be queued “the disk is moved”, by ada, waiting since \\d\\d:01\\. It starts when import #${job.number} ends`,
    ),
  );
  await app.submit(`/ui/jobs/${job.number}/cancel`, {});
  await untilEntered(app, frozen);
  await everyPage(
    /^Maintenance until \d\d:01: imports, .* since \d\d:01\. The index and the workers go on\. It ends by itself at 29 Nov 2026, \d\d:01:00 ?\. Extend… the window End now… the window$/,
  );
  await windows.extend(frozen.id, 30, admin);
  await everyPage(/^Maintenance until \d\d:31: imports/);
  pass(day);
  await windowClock.runOnce();
  await everyPage('');
});

t.test('the banner says what each level holds back', async (t) => {
  const { app, windows } = await startWithClock(t);
  const texts = {
    announce: /nothing is refused .* Everything goes on as usual/,
    drained: /jobs can only be queued, and the workers are paused .* Pages, searches and settings go on/,
    read_only: /every change is refused .* jobs can be cancelled\. The server keeps its own records/,
  };
  for (const [level, expected] of Object.entries(texts)) {
    const { id } = await windows.start(wanted(level as keyof typeof texts), admin);
    t.match(await bannerOn(app, '/jobs'), expected);
    await windows.end(id, admin);
  }
});

t.test('the banner is live, and a role that may not end the window reads why', async (t) => {
  const app = await startWithRoles(t);
  const { windows } = app.use(maintenance);
  const stream = await openStream(app.origin, '/ui/stream/telemetry', as('viewer'));
  t.teardown(stream.close);
  const first = await stream.until(({ event }) => event === 'maintenance');
  t.equal(first.data, '', 'a default topic, which is sent although it is empty');

  const { id } = await windows.start(wanted('frozen'), admin);
  const shown = await stream.until(({ event, data }) => event === 'maintenance' && data !== '');
  const { text, html } = await app.page('/jobs', as('viewer'));
  t.equal(insideOf(text, 'maintenance-banner'), shown.data, 'the page has the same bytes');
  const locked = html.querySelectorAll(`${banner} .btn-row a`);
  t.same(
    locked.map((link) => [link.getAttribute('href'), link.getAttribute('title')]),
    [undefined, undefined].map((none) => [none, 'Needs an admin; you are a viewer.']),
  );
  const ofAdmin = (await app.page('/jobs')).html.querySelectorAll(`${banner} .btn-row a`);
  t.same(
    ofAdmin.map((link) => link.getAttribute('href')),
    ['extend', 'end'].map((verb) => `/ui/maintenance/${id}/${verb}`),
  );

  const from = stream.events.length;
  await windows.end(id, admin);
  await stream.until(({ event, data }) => event === 'maintenance' && data === '', from);
  t.equal(await bannerOn(app, '/jobs'), '');
  t.equal(await (await fetch(`${app.origin}/ui/maintenance/banner`, { headers: as('viewer') })).text(), '');
});

t.test('strangers read no reason', async (t) => {
  const app = await startWithRoles(t);
  await app.use(maintenance).windows.start(wanted('frozen'), admin);
  for (const address of ['/sign-in', '/jobs', '/nothing']) {
    const { text } = await app.page(address, as('nobody'));
    t.notMatch(text, /the disk is moved/, address);
  }
});

t.test('the stream carries a planned window when its 24 hours begin', async (t) => {
  const { app, windows, windowClock, pass } = await startWithClock(t);
  await windows.start({ ...wanted('announce'), starts_at: '2026-11-30T11:00:00Z' }, admin);
  const stream = await openStream(app.origin, '/ui/stream/telemetry?topics=maintenance');
  t.teardown(stream.close);
  await stream.until(({ data }) => data === '');
  pass(61);
  await windowClock.runOnce();
  t.match(await stream.until(({ data }) => data.includes('Maintenance planned')), { event: 'maintenance' });
});

t.test('every change is refused while windows cannot be read, and every page says so', async (t) => {
  const { app, windowClock } = await startWithClock(t);
  await windowClock.runOnce();
  t.equal(await bannerOn(app, '/jobs'), '');
  app.ops.exec('ALTER TABLE maintenance_window RENAME TO lost');
  await t.rejects(windowClock.runOnce());
  t.match(await bannerOn(app, '/jobs'), /^Maintenance windows cannot be read: every change is refused/);
  app.ops.exec('ALTER TABLE lost RENAME TO maintenance_window');
  await windowClock.runOnce();
  t.equal(await bannerOn(app, '/jobs'), '');
});

t.test('pages read the windows once until one of them changes', async (t) => {
  const { app, windows } = await startWithClock(t);
  const { current } = windows;
  let reads = 0;
  windows.current = () => {
    reads += 1;
    return current();
  };
  await windows.start(wanted('announce'), admin);
  const { windowClock } = app.parts;
  await windowClock.stop();
  reads = 0;
  for (let count = 0; count < 10; count += 1) await bannerOn(app, '/jobs');
  t.equal(reads, 1);
});
