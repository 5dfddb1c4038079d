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
      for (const { check, component, title, isNote, isWell } of breaks) {
        t.ok(places.page.includes(title), `page: ${title}`);
        t.equal(places.banner.includes(title), !isNote, `banner: ${title}`);
        t.ok(places.doctor.includes(title), `doctor: ${title}`);
        const health = places.health.components[component];
        t.equal(health?.status === 'healthy', isWell === true, `health of ${component}`);
        if (!isWell) t.ok(health?.detail.includes(title), `health: ${title}`);
        t.ok(
          app.parts.findings.open().some((finding) => finding.check_id === check && finding.title === title),
          check,
        );
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

function openTitles({ parts }: TestApp): string[] {
  return parts.findings
    .open()
    .map(({ title }) => title)
    .sort();
}
