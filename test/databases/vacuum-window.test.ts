// The maintenance window of a vacuum: its job opens it in its own name, is the one job that starts, and ends it.
import '../support/plain-children.ts';
import fs from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import { createCatalogue } from '../../src/core/catalogue.ts';
import { openDatabase } from '../../src/core/db/open.ts';
import { databaseOperation } from '../../src/databases/database-operation.ts';
import { declaredOperations } from '../../src/declared-operations.ts';
import { claimsOfLevel, type Window } from '../../src/window-store/window.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { addCategory, addExperience } from '../support/entries.ts';
import { defineOperation } from '../support/operations.ts';
import { textOf } from '../support/screen.ts';
import { startServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { admin, auditOf, wanted } from '../support/windows.ts';
import { makeFolder } from '../support/folder.ts';

const vacuum = { args: { database: 'library', do: 'vacuum' } };

/** Its database operation sleeps until it is cancelled. */
const startSleeping = (t: Test) =>
  startApp(t, {
    env: { CHL_WORKERS: '1' },
    catalogue: createCatalogue([
      ...declaredOperations.filter(({ name }) => name !== 'database'),
      { ...databaseOperation, script: '../test/support/children/sleeps' },
      defineOperation({ child: 'sleeps' }),
    ]),
  });

const windowsOf = ({ parts }: Pick<TestApp, 'parts'>) => [
  ...parts.windows.all(),
  ...parts.windows.history(9),
];
const run = (app: TestApp, operation: string, body: object = {}) =>
  app.json(`/api/v1/operations/${operation}`, body);

t.test('a vacuum waits for what runs, then opens a window in its own name, which ends with it', async (t) => {
  const app = await startSleeping(t);
  const { repository, workers } = app.parts;
  const running = (await run(app, 'chore')).body;
  await app.whenJob(running.number, 'running');
  t.match(await run(app, 'database', vacuum), { status: 409, body: { error: { code: 'operation_locked' } } });
  const { body: job } = await run(app, 'database', { ...vacuum, when_locked: 'wait' });
  const later = (await run(app, 'chore', { when_locked: 'wait' })).body;
  t.same(windowsOf(app), [], 'no window before its turn');

  await app.submit(`/ui/jobs/${running.number}/cancel`, {});
  await app.whenJob(job.number, 'running');
  const [window] = windowsOf(app);
  t.match(window, {
    level: 'drained',
    created_by: `job #${job.number}`,
    reason: 'Check or compact a database: library, vacuum',
    entered_at: /^\d/,
    ended_at: null,
  });
  const held = repository.positions().filter(({ isHeld }) => isHeld);
  t.match(held, [{ jobId: `window:${window?.id}` }, { jobId: job.job_id }]);
  t.same(held[1]?.claims, claimsOfLevel.drained, 'the job holds the claims itself');

  await t.test('nothing else starts, and each place says why', async (t) => {
    t.match(await run(app, 'chore'), {
      status: 503,
      body: { error: { code: 'maintenance', details: { window: window?.id, level: 'drained' } } },
    });
    t.equal(repository.find(later.job_id)?.status, 'queued');
    await until(() => workers.view().workers.every(({ view }) => view === 'paused'));
    const { html } = await app.page('/jobs');
    const banner = textOf(html, '#maintenance-banner');
    t.match(banner, `by job #${job.number}`);
    t.match(banner, `It ends together with job #${job.number}`);
    t.notOk(html.querySelector('#maintenance-banner a[href$="/end"]'));
    t.ok(html.querySelector(`#maintenance-banner a[href="/jobs/${job.number}"]`));
    t.equal((await app.page('/library?q=page')).status, 200);
  });

  await t.test('a person can neither end nor extend it', async (t) => {
    const id = window?.id ?? 0;
    const refusal = { code: 'wrong_state', message: new RegExp(`ends together with job #${job.number}`) };
    await t.rejects(app.parts.windows.end(id, admin, { reason: 'I want it' }), refusal);
    await t.rejects(app.parts.windows.extend(id, 5, admin), refusal);
    await t.rejects(app.parts.windows.start(wanted('frozen'), admin), { code: 'wrong_state' });
  });

  await app.submit(`/ui/jobs/${job.number}/cancel`, {});
  await app.whenJob(job.number, 'cancelled');
  t.match(windowsOf(app), [{ ended_at: /^\d/, ended_by: `job #${job.number}` }]);
  const done = auditOf(app, `window:${window?.id}`).filter(({ outcome }) => outcome === 'ok');
  t.match(done, [
    { event: 'maintenance.began', actor: 'system', detail: { job: job.number, level: 'drained' } },
    { event: 'maintenance.entered' },
    { event: 'maintenance.ended', actor: `job #${job.number}`, detail: { status: 'cancelled' } },
  ]);
  await app.whenJob(later.number, 'running');
  await until(() => workers.view().workers.every(({ view }) => view !== 'paused'));
});

t.test(
  'an operator may not vacuum; a window of a person holds it back, or an admin overrides it',
  async (t) => {
    const app = await startSleeping(t);
    const { jobs, windows } = app.parts;
    const request = { operation: 'database', ...vacuum };
    await t.rejects(jobs.submit(request, { ...admin, role: 'operator' }), { code: 'forbidden' });
    const window = await windows.start(wanted('drained'), admin);
    await t.rejects(jobs.submit(request, admin), { code: 'maintenance', details: { window: window.id } });
    const job = await jobs.submit(request, { ...admin, override: 'the reason for the window' });
    await app.whenJob(job.number, 'running');
    t.equal(windowsOf(app).length, 1, 'it runs in that window');
    await app.submit(`/ui/jobs/${job.number}/cancel`, {});
    await app.whenJob(job.number, 'cancelled');
    t.match(windowsOf(app), [{ id: window.id, ended_at: null }]);
  },
);

/** A library of some 60 MiB, half of which is then deleted. */
function makeLargeLibrary(file: string) {
  const library = openDatabase(file, { busyMs: 5000 });
  addCategory(library, 'GEN');
  library.transaction(() => {
    for (let at = 0; at < 6000; at += 1)
      addExperience(library, `N${at}`, { playbook: 'words '.repeat(1700) });
  })();
  library.exec(`DELETE FROM experiences WHERE id LIKE 'N%' AND CAST(substr(id, 2) AS integer) % 2 = 0`);
  library.close();
}

t.test('a search and a page answer while a vacuum runs', async (t) => {
  const root = makeFolder(t);
  const first = await startApp(t, { root });
  await first.run('import', { mode: 'replace' });
  await first.run('index');
  const { databasePath } = first.config;
  await first.close();
  makeLargeLibrary(databasePath);
  const app = await startApp(t, { root });
  const before = fs.statSync(databasePath).size;
  const count = app.library.prepare('SELECT count(*), sum(length(playbook)) FROM experiences').raw();
  const rows = count.get();

  const { body: job } = await run(app, 'database', vacuum);
  await until(() => hasLog(databasePath));
  const { pid } = await app.whenJob(job.number, 'running');
  // It holds the lock of a writer until the test has asked.
  process.kill(Number(pid), 'SIGSTOP');
  t.ok(isLocked(databasePath), 'it is writing');
  for (const address of [
    '/library?q=words',
    '/jobs',
    '/operations',
    '/databases',
    '/api/v1/search?q=words',
  ]) {
    const answer = await fetch(app.origin + address, { signal: AbortSignal.timeout(10_000) });
    t.equal(answer.status, 200, address);
    if (address.includes('/search')) t.match(await answer.json(), { hits: [{ score: Number }] });
  }
  process.kill(Number(pid), 'SIGCONT');
  await app.whenJob(job.number);
  t.match(app.parts.repository.find(job.job_id), { status: 'succeeded' });
  t.ok(fs.statSync(databasePath).size < before * 0.6);
  t.same(count.get(), rows);
});

/** Whether the log has grown beyond a megabyte. */
const hasLog = (file: string) =>
  (fs.statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 1024 * 1024;

/** Whether a writer has to wait. */
function isLocked(file: string): boolean {
  const db = openDatabase(file, { busyMs: 0 });
  try {
    db.transaction(() => {}).immediate();
    return false;
  } catch (error) {
    return (error as { code: string }).code === 'SQLITE_BUSY';
  } finally {
    db.close();
  }
}

t.test('after kill -9 of the server in a vacuum the window is over, and the library whole', async (t) => {
  const root = makeFolder(t);
  const data = path.join(root, 'data');
  let server = await startServer(t, root);
  const stop = async () => {
    server.child.kill('SIGKILL');
    await new Promise((resolve) => server.child.once('close', resolve));
  };
  await stop();
  makeLargeLibrary(path.join(data, 'chl.db'));
  const ops = openDatabase(path.join(data, 'ops.db'), { busyMs: 5000 });
  t.teardown(() => ops.close());
  const windows = () => ops.prepare('SELECT * FROM maintenance_window').all() as Window[];
  server = await startServer(t, root);
  await fetch(`${server.url}/api/v1/operations/database`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(vacuum),
  });
  await until(() => hasLog(path.join(data, 'chl.db')));
  t.match(windows(), [{ created_by: 'job #1', ended_at: null }]);
  await stop();
  server = await startServer(t, root);
  t.match(windows(), [{ ended_by: 'job #1', ended_at: /^\d/ }]);
  t.same(ops.prepare('SELECT * FROM job_claim').all(), []);
  t.match(ops.prepare('SELECT status, failure FROM job').get(), { status: 'failed', failure: /"lost"/ });
  const library = openDatabase(path.join(data, 'chl.db'), { busyMs: 5000 });
  t.teardown(() => library.close());
  t.equal(library.pragma('integrity_check', { simple: true }), 'ok');
  t.equal(library.prepare('SELECT count(*) FROM experiences').pluck().get(), 3000);
});
