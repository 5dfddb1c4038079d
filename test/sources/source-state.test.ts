// The state of named sheets on pages, in the API, as findings and on the command line. The clock is passed in.
import '../support/plain-children.ts';
import fs from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import { machineZone } from '../../src/schedule-store/cron.ts';
import type { Schedule } from '../../src/schedule-store/schedule.ts';
import { scheduleStore } from '../../src/schedule-store/feature.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { lookTwice } from '../support/checks.ts';
import { runHere } from '../support/command-line.ts';
import { operator } from '../support/engine.ts';
import { experience, filesOf, sheet } from '../support/library.ts';
import { textOf } from '../support/screen.ts';
import { makeFolder } from '../support/folder.ts';

const hourMs = 3_600_000;
const start = Date.parse('2026-11-23T08:00:00.000Z');

function createClock() {
  const clock = {
    ms: start,
    now: () => new Date(clock.ms),
    pass: (hours: number) => (clock.ms += hours * hourMs),
  };
  return clock;
}

async function startAt(t: Test, clock: ReturnType<typeof createClock>, root?: string) {
  return startApp(t, { now: clock.now, ...(root ? { root } : {}) });
}

const look = (app: TestApp) => app.parts.checker.runOnce('sources');
const bodyOf = async (app: TestApp, name: string) => (await app.json(`/api/v1/sources/${name}`)).body;
const overallOf = async (app: TestApp) => (await app.json('/api/v1/sources')).body.overall;
const findingOf = (app: TestApp, name: string) =>
  app.parts.findings.open().find(({ check_id, subject }) => check_id === 'sources' && subject === name) ??
  null;
const manuals = (app: TestApp, name: string) => path.join(app.root, 'sheets', name, 'manuals.csv');

t.test(
  'a change is seen, kept through a restart, stale after 24 hours, and cleared by an import',
  async (t) => {
    const clock = createClock();
    const root = makeFolder(t);
    const first = await startAt(t, clock, root);
    t.match(await overallOf(first), { health: 'never', reason: 'No source was imported or exported yet.' });
    await first.run('import');
    await look(first);
    t.match(await bodyOf(first, 'published'), {
      health: 'ok',
      drift: { state: 'unchanged', changed_since: null },
    });
    t.match(await overallOf(first), {
      health: 'ok',
      reason: '1 of 2 sources is in order; 1 was never used.',
    });
    clock.pass(1);
    const seen = clock.now().toISOString();
    fs.appendFileSync(manuals(first, 'published'), '\r\n');
    await look(first);
    clock.pass(5);
    await look(first);
    t.match(await bodyOf(first, 'published'), {
      health: 'ok',
      health_reason: /^It has changed since the import\./,
      drift: { state: 'changed', changed_since: seen },
    });
    t.equal(findingOf(first, 'published'), null);
    await first.close();
    clock.pass(19.1);
    const second = await startAt(t, clock, root);
    await look(second);
    const stale = /^It has changed since the import, and was not imported for 24 h\. Import the changes\.$/;
    t.match(await bodyOf(second, 'published'), { health: 'stale', health_reason: stale, health_since: seen });
    t.match(await overallOf(second), {
      health: 'stale',
      reason: /^1 of 2 sources is stale\. published: It has changed/,
    });
    t.match(findingOf(second, 'published'), {
      severity: 'warning',
      title: 'The sheet published is stale',
      text: stale,
      opened_at: seen,
      fix: { href: '/sources?source=published#choose', label: 'Import…' },
    });
    await second.run('import', { allow_removals: true });
    t.match(await bodyOf(second, 'published'), {
      health: 'ok',
      drift: { state: 'unchanged', changed_since: null },
    });
    await lookTwice(second);
    t.equal(findingOf(second, 'published'), null);
  },
);

t.test('a change that keeps size and time is seen by a check, and everything says the same', async (t) => {
  const app = await startApp(t);
  const file = path.join(app.root, 'sheets/published/categories.csv');
  await app.run('import');
  const text = fs.readFileSync(file, 'utf8');
  const { atime, mtime } = fs.statSync(file);
  const write = (content: string) => {
    fs.writeFileSync(file, content);
    fs.utimesSync(file, atime, mtime);
  };
  write(text.replace(/[a-z](?=[^a-z]*$)/, (letter) => (letter === 'x' ? 'y' : 'x')));
  const check = async () => (await app.json('/api/v1/sources/published/check', {})).body.last_check.status;
  t.equal(await check(), 'warning');
  await look(app);
  t.match(await bodyOf(app, 'published'), {
    last_check: { text: /has changed since import #1/ },
    health: 'ok',
    health_reason: /^It has changed since the import\./,
    drift: { state: 'changed', changed_since: /^20/ },
  });
  write(text);
  t.equal(await check(), 'ok');
  await look(app);
  const unchanged = { state: 'unchanged', changed_since: null };
  t.match(await bodyOf(app, 'published'), { health_reason: /^Unchanged/, drift: unchanged });
  fs.appendFileSync(file, '\r\n');
  t.match(
    await bodyOf(app, 'published'),
    { drift: { state: 'changed' } },
    'a check before a change says nothing',
  );
  await app.run('import');
  t.match(await bodyOf(app, 'published'), { drift: unchanged }, 'nor does one before an import');
});

t.test('a change that is taken back is no change', async (t) => {
  const clock = createClock();
  const app = await startAt(t, clock);
  await app.run('import');
  await app.run('export');
  const file = manuals(app, 'review');
  const text = fs.readFileSync(file);
  fs.appendFileSync(file, '\r\n');
  await look(app);
  clock.pass(25);
  await look(app);
  t.match(await bodyOf(app, 'review'), { health: 'stale', health_reason: /was edited after our export/ });
  fs.writeFileSync(file, text);
  await look(app);
  t.match(await bodyOf(app, 'review'), { health: 'ok', drift: { state: 'unchanged', changed_since: null } });
});

t.test('a sheet that its schedule does not import is stale after one and a half periods', async (t) => {
  const clock = createClock();
  const app = await startAt(t, clock);
  await app.run('import');
  const { schedules } = app.use(scheduleStore);
  const at = clock.now().toISOString();
  const nightly: Schedule = {
    name: 'nightly',
    operation: 'import',
    args: { source: 'published', mode: 'merge' },
    reason: null,
    confirm: null,
    cron: '0 8 * * *',
    zone: 'UTC',
    is_on: true,
    missed: 'skip',
    overlap: 'skip',
    due_since: at,
    created_by: 'ada',
    created_at: at,
    changed_by: 'ada',
    changed_at: at,
  };
  schedules.put(nightly);
  const next_run = { schedule: 'nightly', at: '2026-11-24T08:00:00.000Z' };
  t.match(await bodyOf(app, 'published'), { health: 'ok', next_run });
  const card = (await app.page('/sources/published')).html;
  t.equal(
    card.querySelector('[aria-labelledby="h-state"] a[href="/schedules/nightly"]')?.textContent,
    'nightly',
  );
  t.match(
    textOf(card, '[aria-labelledby="h-details"]'),
    /nightly ?: Import spreadsheet, Every day at 08:00, next/,
  );
  const link = card.querySelector('#schedule-import')?.getAttribute('href');
  t.equal(link, '/schedules/new?operation=import&args.source=published');
  t.equal(card.querySelector('.page-head p a')?.getAttribute('href'), '/audit?target=source:published');
  clock.pass(35);
  await look(app);
  t.match(await bodyOf(app, 'published'), { health: 'ok' });
  clock.pass(1.1);
  await look(app);
  const reason = 'The schedule nightly has not imported it for 36 h, one and a half of its periods.';
  t.match(await bodyOf(app, 'published'), { health: 'stale', health_reason: reason });
  t.match(findingOf(app, 'published'), { title: 'The sheet published is stale', text: reason });
  const row = textOf((await app.page('/sources')).html, '#sources-card .hub-row');
  t.match(row, /nightly has not imported it.*next import .* by nightly/s);
  const elsewhere = machineZone() === 'Asia/Magadan' ? 'Pacific/Guadalcanal' : 'Asia/Magadan';
  schedules.put({ ...nightly, zone: elsewhere });
  t.match(
    textOf((await app.page('/sources/published')).html, '[aria-labelledby="h-details"]'),
    `Every day at 08:00 in ${elsewhere}, next`,
    'the rule goes by another clock than the times',
  );
  schedules.put(nightly);
  schedules.put({
    ...nightly,
    name: 'back',
    operation: 'export',
    args: { target: 'published' },
    is_on: false,
  });
  t.match(
    textOf((await app.page('/sources/published')).html, '[aria-labelledby="h-details"]'),
    /back ?: Export library, Every day at 08:00, off/,
  );
  schedules.remove('nightly');
  t.match(await bodyOf(app, 'published'), { health: 'ok', next_run: null });
});

t.test('a failed job is an error until the next one, and every place says the same', async (t) => {
  const clock = createClock();
  const app = await startAt(t, clock);
  const folder = path.join(app.root, 'sheets/draft');
  fs.mkdirSync(folder);
  const write = (title: string) => {
    for (const [file, text] of Object.entries(filesOf(sheet({ experiences: [experience({ title })] }))))
      fs.writeFileSync(path.join(folder, file), text);
  };
  write('');
  await app.parts.sourceChanges.put('draft', { kind: 'folder', place: 'sheets/draft' }, operator);
  const { number } = await app.run('import', { source: 'draft', dry_run: false });
  const reason = new RegExp(`^Import #${number} failed: `);
  t.match(await bodyOf(app, 'draft'), { health: 'error', health_reason: reason });
  t.match(await overallOf(app), {
    health: 'error',
    reason: /^1 of 3 sources cannot be relied on\. draft: Import #/,
  });
  const { html } = await app.page('/sources');
  t.match(textOf(html, '#sources-card .card-head'), /1 of 3 sources cannot be relied on\. draft: Import/);
  t.match(textOf(html, '#sources-card .hub-row'), /draft.*Import #\d+ failed.*Error/s);
  t.equal(textOf((await app.page('/library')).html, '#sources-link'), '3 sources, 1 error');
  t.match(textOf((await app.page('/settings')).html, '.hub'), /3 sheets\. draft: Import #\d+ failed/);
  const list = await runHere(app.root, ['source', 'list']);
  t.match(list.out, /^draft +folder +error +sheets\/draft: Import #\d+ failed/m);
  t.match(list.out, /^published +folder +never +sheets\/published: It was neither/m);
  t.match(list.out, /1 of 3 sources cannot be relied on/);
  write('A good title');
  await app.run('import', { source: 'draft' });
  t.match(await bodyOf(app, 'draft'), { health: 'ok' });
  t.equal(textOf((await app.page('/library')).html, '#sources-link'), '3 sources');
});

t.test('files that are gone are an error at once, and known to the heading after a look', async (t) => {
  const app = await startAt(t, createClock());
  await app.run('import');
  const folder = path.join(app.root, 'sheets/published');
  fs.renameSync(folder, `${folder}-away`);
  t.match(await bodyOf(app, 'published'), { health: 'error', health_reason: /its files are gone/ });
  await look(app);
  t.equal(textOf((await app.page('/library')).html, '#sources-link'), '2 sources, 1 error');
  fs.renameSync(`${folder}-away`, folder);
  await look(app);
  t.equal(textOf((await app.page('/library')).html, '#sources-link'), '2 sources');
});

t.test('a Google spreadsheet without a key is an error that names its credential', async (t) => {
  const app = await startAt(t, createClock());
  const place = '1a2B3c4D5e6F7g8H9i0J1k2L3m4N5o6P7q8R9s0T';
  await app.parts.sourceChanges.put('team', { kind: 'google', place }, operator);
  const key = path.join(app.root, 'key.json');
  const { google } = app.config;
  const expectCredential = async (keyFile: string | null, status: string, body: object) => {
    Object.assign(app.config, { google: { ...google, keyFile } });
    t.match(await bodyOf(app, 'team'), { credential: { name: 'google', status }, ...body }, status);
  };
  await expectCredential(null, 'not_set', { health: 'error', health_reason: /^No key can be used/ });
  fs.writeFileSync(key, '{}', { mode: 0o644 });
  await expectCredential(key, 'refused', { health: 'error', health_reason: /key\.json/ });
  fs.chmodSync(key, 0o600);
  await expectCredential(key, 'set', { health: 'never', drift: { state: 'never' } });
  t.match(await bodyOf(app, 'published'), { credential: null });
  t.match(textOf((await app.page('/sources')).html, '#sources-card'), /team.*key google set/s);
});
