// Breaks what each check looks at, reads its sentence everywhere, repairs it, and sees it clear after two looks.
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { packageRoot } from '../../src/core/config.ts';
import { openDatabase } from '../../src/core/db/open.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { lookTwice, readPlaces } from '../support/checks.ts';
import type { Repair } from '../support/break.ts';
import { addProvenBackup, sameDisk } from '../support/backup-breaks.ts';
import { roundsOf } from '../support/breaks.ts';
import { addCategory } from '../support/entries.ts';
import { createWorkerRows } from '../support/worker-rows.ts';

const single = 'test/checks/single-checks.test.ts';
const doctor = 'test/cli/doctor.test.ts';
const credentials = 'test/credentials/credentials.test.ts';

/** The tests of the checks that cannot be broken in this server. */
const testedElsewhere: Record<string, string> = {
  budget: 'test/costs/budget-rules.test.ts',
  clock: single,
  'credential-embedding': credentials,
  'credential-google': credentials,
  'data-folder': 'test/data-root.test.ts',
  'database-files': single,
  'disk-forecast': single,
  'lost-jobs': 'test/runner/lost-jobs.test.ts',
  node: 'test/core/node-version.test.ts',
  objectives: 'test/objectives/burn.test.ts',
  processes: doctor,
  programs: doctor,
  runbooks: 'test/runbooks/runbooks-page.test.ts',
  'self-attack': single,
};
/** They only say what they see. `database` finds damage, which stays: see the last test. */
const notBroken = ['database', 'runner', 'sqlite'];

t.test('each check', async (t) => {
  // A busy machine is no break.
  const env = { CHL_TELEMETRY_INTERVAL_SEC: '3600', CHL_CHECK_LOOP_LAG_MS: '10000' };
  const app = await startApp(t, { env });
  await app.run('import', { mode: 'replace' });
  await app.run('index');
  const rows = createWorkerRows(t, app);
  const library = openDatabase(app.config.databasePath, { busyMs: 5000 });
  t.teardown(() => library.close());
  addCategory(library, 'GEN');
  const backup = await addProvenBackup(app);
  await lookTwice(app);
  t.same(openTitles(app), [], 'a new installation with a backup is well');

  const rounds = roundsOf(app, rows, library, backup);
  const broken = Object.values(rounds).flatMap((breaks) => breaks.map(({ check }) => check));
  const ids = app.parts.checker.watches().map(({ check }) => check.id);
  t.strictSame(
    [...new Set([...broken, ...Object.keys(testedElsewhere), ...notBroken])].sort(),
    ids.sort(),
    'no check is left out',
  );
  for (const [check, file] of Object.entries(testedElsewhere)) {
    t.notOk(broken.includes(check), `${check} is broken here`);
    t.ok(fs.existsSync(path.join(packageRoot, file)), `${check}: ${file}`);
  }

  for (const [round, breaks] of Object.entries(rounds))
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
        t.equal((health?.status ?? 'healthy') === 'healthy', isWell, `health of ${component}`);
        if (isWell) t.same(stops, severity === 'info' ? [] : stops, `a note stops nothing: ${title}`);
        else t.ok(health?.detail.includes(title), `health: ${title}`);
        if (severity === 'error') t.not(places.health.status, 'healthy', title);
      }
      t.same(openTitles(app), breaks.map(({ title }) => title).sort(), 'nothing else is found');
      for (const repair of repairs) await repair();
      await app.parts.checker.runOnce();
      t.equal(openTitles(app).length, breaks.length, 'one good look is not enough');
      await app.parts.checker.runOnce();
      t.same(openTitles(app), [], 'after two all are clear');
    });

  await t.test('damage stays until the next start', async (t) => {
    app.damage.noteFile(app.config.databasePath);
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

/** Without the note of every server of a test. */
function openTitles({ parts }: TestApp): string[] {
  return parts.findings
    .open()
    .map(({ title }) => title)
    .filter((title) => title !== sameDisk)
    .sort();
}
