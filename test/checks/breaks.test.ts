// Breaks what each check looks at, reads its sentence everywhere, repairs it, and sees it clear after two looks.
import t from 'tap';
import { openDatabase } from '../../src/core/db/open.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { lookTwice, readPlaces } from '../support/checks.ts';
import type { Repair } from '../support/break.ts';
import { roundsOf } from '../support/breaks.ts';
import { addCategory } from '../support/entries.ts';
import { createWorkerRows } from '../support/worker-rows.ts';

t.test('each check', async (t) => {
  const app = await startApp(t, { env: { CHL_TELEMETRY_INTERVAL_SEC: '3600' } });
  await app.run('import', { mode: 'replace' });
  await app.run('index');
  const rows = createWorkerRows(t, app);
  const library = openDatabase(app.config.databasePath, { busyMs: 5000 });
  t.teardown(() => library.close());
  addCategory(library, 'GEN');
  await lookTwice(app);
  t.same(app.parts.findings.open(), [], 'a new installation is well');

  for (const [round, breaks] of Object.entries(roundsOf(app, rows, library)))
    await t.test(round, async (t) => {
      const repairs: Repair[] = [];
      for (const { apply } of breaks) repairs.unshift(await apply());
      await lookTwice(app);
      const places = await readPlaces(app);
      for (const { check, component, title, isExplained = false } of breaks) {
        const finding = findOpen(app, check, title);
        const { severity, stops } = finding;
        t.ok(places.page.includes(title), `page: ${title}`);
        t.ok(places.findings.includes(title), `API: ${title}`);
        t.ok(places.doctor.includes(title), `doctor: ${title}`);
        t.equal(app.parts.findings.isExplained(finding), isExplained, `explained: ${title}`);
        t.equal(places.banner.includes(title), severity !== 'info' && !isExplained, `banner: ${title}`);
        const isWell = severity === 'info' || (severity === 'warning' && stops.length === 0);
        const health = places.health.components[component];
        t.equal(health?.status === 'healthy', isWell, `health of ${component}`);
        if (isWell) t.same(stops, severity === 'info' ? [] : stops, `a note stops nothing: ${title}`);
        else t.ok(health?.detail.includes(title), `health: ${title}`);
        if (severity === 'error') t.not(places.health.status, 'healthy', title);
      }
      t.same(openTitles(app), breaks.map(({ title }) => title).sort(), 'nothing else is found');
      for (const repair of repairs) await repair();
      await app.parts.checker.runOnce();
      t.equal(openTitles(app).length, breaks.length, 'one good look is not enough');
      await app.parts.checker.runOnce();
      t.same(app.parts.findings.open(), [], 'after two all are clear');
    });

  await t.test('damage stays until the next start', async (t) => {
    app.damage.noteFile(app.config.databasePath, 'chl.db is damaged. Restore it.');
    await app.parts.checker.runOnce();
    const { health, page, banner, doctor, code } = await readPlaces(app);
    t.match(health, { status: 'unhealthy', components: { database: { status: 'unhealthy' } } });
    for (const text of [page, banner, doctor]) t.match(text, 'Jobs fail: a database is damaged');
    t.equal(code, 1);
  });
});

function findOpen({ parts }: TestApp, check: string, title: string) {
  const finding = parts.findings.open().find((one) => one.check_id === check && one.title === title);
  if (!finding) throw new Error(`The check ${check} has not found: ${title}`);
  return finding;
}

function openTitles({ parts }: TestApp): string[] {
  return parts.findings
    .open()
    .map(({ title }) => title)
    .sort();
}
