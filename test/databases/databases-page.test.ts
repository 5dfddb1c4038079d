// The page, the API, the row of the hub and the findings of the databases.
import t from 'tap';
import { openDatabase } from '../../src/core/db/open.ts';
import { databases } from '../../src/databases/feature.ts';
import { startApp } from '../support/app.ts';
import { lookTwice, readPlaces } from '../support/checks.ts';
import { as, startWithRoles } from '../support/roles.ts';
import { textOf } from '../support/screen.ts';
import { until } from '../support/until.ts';

t.test('the page shows both files before and after their first check', async (t) => {
  const app = await startApp(t);
  const offered = async () => textOf((await app.page('/storage')).html, '#act-databases');
  const before = await app.page('/databases');
  t.equal(before.status, 200);
  t.match(
    textOf(before.html, 'main'),
    /Library.*chl\.db.*Never checked\..*Dashboard.*ops\.db.*Never checked\./s,
  );
  t.match(textOf(before.html, 'main'), /Its tables were not measured yet/);
  t.match(textOf((await app.page('/storage')).html, 'main'), /Never checked: chl\.db and ops\.db\./);

  t.equal(await offered(), 'Check… chl.db');

  await app.run('import', { mode: 'replace' });
  const job = await app.run('database');
  t.equal(await offered(), 'Check… ops.db', 'it was never checked');
  const ofOps = await app.run('database', { database: 'ops' });
  t.equal(await offered(), 'Check… chl.db', 'it was checked before the other one');
  const { html } = await app.page('/databases');
  const text = textOf(html, 'main');
  t.match(text, new RegExp(`Intact Nothing found\\. .* by #${job.number}`));
  t.match(text, /experiences 60 /);
  t.match(
    text,
    /In use [\d.,]+ .* Free pages .*Table Rows Size Unfilled Share.*Unfilled is the share of their pages/,
  );
  t.notMatch(text, /unused/i, 'free pages of the file and the unfilled part of pages have a word each');
  t.match(text, new RegExp(`As of job #${ofOps.number}`));
  t.match(text, /\d+ applied, none pending; the last is 00\d\d_/);
  t.match(textOf((await app.page('/storage')).html, 'main'), /Their checks found nothing, the older one/);
  const links = html.querySelectorAll('main .btn-row a').map((link) => link.getAttribute('href'));
  t.ok(links.includes('/ui/operations/database/confirm?database=ops&do=vacuum'));
  t.match(
    (await app.page('/ui/operations/database/confirm?database=ops&do=vacuum')).text,
    /Vacuum ops\.db\?/,
  );

  const { status, body } = await app.json('/api/v1/databases');
  t.equal(status, 200);
  t.match(body.items, [
    { name: 'library', file: 'chl.db', check: { outcome: 'passed', job: job.number }, busy: { waits: 0 } },
    { name: 'ops', file: 'ops.db', check: { outcome: 'passed', job: ofOps.number } },
  ]);
  const { items } = body.items[0].tables;
  t.match(
    items.find(({ name }: { name: string }) => name === 'experiences'),
    { rows: 60 },
  );
  t.ok(body.items[0].bytes > 4096 && body.items[0].migrations.length > 5);
});

t.test('a viewer reads the page, and only an admin is offered a vacuum', async (t) => {
  const app = await startWithRoles(t);
  const offered = async (role: 'viewer' | 'operator' | 'admin') => {
    const { html } = await app.page('/databases', as(role));
    return ['check', 'vacuum'].map((action) =>
      html.querySelector(`#library-${action}`)?.hasAttribute('href'),
    );
  };
  t.same(await offered('viewer'), [false, false]);
  t.same(await offered('operator'), [true, false]);
  t.same(await offered('admin'), [true, true]);
});

t.test('a small part of a file is under one percent, and no part is none', async (t) => {
  const app = await startApp(t);
  const { library } = app;
  const unused = async () => textOf((await app.page('/databases')).html, 'main');
  library.exec('VACUUM; CREATE TABLE padding AS SELECT zeroblob(2000000) AS bytes; CREATE TABLE one (a)');
  t.match(await unused(), /Free pages None/);
  library.exec('DROP TABLE one');
  t.match(await unused(), /Free pages 4\.0 KiB, under 1% of the file/);
});

t.test('writers in the way of the server are counted', async (t) => {
  const app = await startApp(t);
  const { busyCounter } = app.use(databases);
  const file = app.config.opsDatabasePath;
  const before = busyCounter.of(file);
  const other = openDatabase(file, { busyMs: 0 });
  t.teardown(() => other.close());
  other.exec('BEGIN IMMEDIATE');
  const running = app.json('/api/v1/operations/database', {});
  await until(() => busyCounter.of(file).retries > before.retries);
  other.exec('COMMIT');
  t.equal((await running).status, 202);
  const { waits, retries } = busyCounter.of(file);
  t.ok(waits > before.waits && retries > before.retries, `${waits} waits, ${retries} retries`);
  await app.whenJob((await running).body.number);
  t.match(textOf((await app.page('/databases')).html, 'main'), /\d+ waits? and \d+ retr/);
});

t.test('a failed check is found everywhere until a check of the whole file passes', async (t) => {
  const app = await startApp(t);
  await app.run('import', { mode: 'replace' });
  app.library.pragma('foreign_keys = OFF');
  app.library.exec(`UPDATE experiences SET category_code = 'GONE' WHERE rowid = 1`);
  t.match(await app.run('database'), { status: 'failed' });
  await lookTwice(app);
  const title = 'The last check of chl.db has found a problem';
  const places = await readPlaces(app);
  for (const place of [places.page, places.banner, places.findings, places.doctor]) t.match(place, title);
  const hub = (await app.page('/storage')).html;
  t.match(textOf(hub, 'main'), /The last check of chl\.db found a problem .* Check failed/);
  t.equal(textOf(hub, '#act-databases'), 'Check… chl.db', 'before the one that was never checked');
  t.match(textOf((await app.page('/databases')).html, 'main'), /Problem chl\.db has rows that name others/);

  app.library.exec(
    `UPDATE experiences SET category_code = (SELECT min(code) FROM categories) WHERE rowid = 1`,
  );
  t.match(await app.run('database', { quick: true }), { status: 'succeeded' });
  t.match(await app.run('database', { database: 'ops' }), { status: 'succeeded' });
  await lookTwice(app);
  t.match((await readPlaces(app)).findings, title, 'neither a quick one nor that of the other file');
  t.match(await app.run('database'), { status: 'succeeded' });
  await lookTwice(app);
  t.notMatch((await readPlaces(app)).findings, title);
});

t.test('a database that was not checked for eight days is found', async (t) => {
  const clock = { at: Date.parse('2026-11-01T10:00:00Z') };
  const app = await startApp(t, {
    now: () => new Date(clock.at),
    env: { CHL_TELEMETRY_INTERVAL_SEC: '3600' },
  });
  const overdue = async () => {
    await lookTwice(app);
    return app.parts.findings
      .open()
      .flatMap(({ check_id, title }) => (check_id === 'database-checks' ? [title] : []));
  };
  t.same(await overdue(), []);
  clock.at += 8.1 * 86_400_000;
  t.same((await overdue()).sort(), ['chl.db was not checked lately', 'ops.db was not checked lately']);
  const vacuum = await app.run('database', { do: 'vacuum' });
  t.match((await app.page(`/jobs/${vacuum.number}`)).text, /The file was not checked as a whole\./);
  t.equal((await overdue()).length, 2, 'a vacuum compares no index with its table');
  const { text = '' } =
    app.parts.findings.open().find(({ check_id }) => check_id === 'database-checks') ?? {};
  t.match(text, /A quick check or a vacuum does not count\./);
  t.match(textOf((await app.page('/databases')).html, 'main'), /Last check Never checked\./);
  await app.run('database');
  t.same(await overdue(), ['ops.db was not checked lately']);
  clock.at += 8.1 * 86_400_000;
  t.equal((await overdue()).length, 2);
});
