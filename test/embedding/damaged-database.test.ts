// A damaged database: each job, /health, the banner and the API say which file is damaged and the way back.
import path from 'node:path';
import t, { type Test } from 'tap';
import { openDatabase } from '../../src/core/db/open.ts';
import { startApp } from '../support/app.ts';
import { damageTable } from '../support/damage.ts';
import { card, textOf } from '../support/screen.ts';
import { until } from '../support/until.ts';
import { makeFolder } from '../support/folder.ts';

const words = /chl\.db is damaged.*(Restore from|There is no backup).*stop the server/i;
const driverWords = /malformed|SQLITE_|SqliteError|\n\s+at /;

async function damagedRoot(t: Test, name: 'chl.db' | 'ops.db' = 'chl.db', table = 'experiences') {
  const root = makeFolder(t);
  const healthy = await startApp(t, { root });
  await healthy.run('import');
  await healthy.close();
  damageTable(path.join(root, name), table);
  return root;
}

t.test('a job that meets a damaged page names the file, and /health and a banner say so', async (t) => {
  const root = await damagedRoot(t);
  const app = await startApp(t, { root });
  for (const operation of ['import', 'export', 'index']) {
    const job = await app.run(operation);
    t.equal(job.status, 'failed');
    t.match(job.failure?.message, words, operation);
    t.match(job.failure?.detail, { code: 'database_damaged', file: app.config.databasePath });
    const { text } = await app.page(`/jobs/${job.number}`);
    t.notMatch(text, driverWords, operation);
  }
  const health = await app.json('/health');
  t.equal(health.status, 503);
  t.match(health.body.components.database, { status: 'unhealthy', detail: words });
  const { html } = await app.page('/operations');
  t.match(textOf(html, card.banners), words);
});

t.test('damage is known from the start, before any job meets it', async (t) => {
  for (const [name, table, detail] of [
    ['chl.db', 'experiences', words],
    ['chl.db', 'ops_experiences_waiting', words],
    ['ops.db', 'job_claim', /ops\.db is damaged.*searches still work.*Stop the server.*new list of jobs/],
  ] as const) {
    const app = await startApp(t, { root: await damagedRoot(t, name, table) });
    t.match((await app.json('/health')).body.components.database, { status: 'unhealthy', detail }, table);
    await app.close();
  }
});

t.test('a large database is checked in a thread', async (t) => {
  const root = makeFolder(t);
  const app = await startApp(t, { root });
  await app.close();
  const db = openDatabase(app.config.databasePath, { busyMs: 1000 });
  db.exec('CREATE TABLE big (a); INSERT INTO big VALUES (zeroblob(9000000))');
  db.close();
  damageTable(app.config.databasePath, 'embeddings');
  const again = await startApp(t, { root });
  await until(() => !again.damage.isChecking());
  t.match((await again.json('/health')).body.components.database, { status: 'unhealthy', detail: words });
});

t.test('damage that a job meets is known before the job is reported as failed', async (t) => {
  const app = await startApp(t);
  await app.run('import');
  damageTable(app.config.databasePath, 'experiences');
  const { repository } = app.parts;
  const { finish } = repository;
  let known: string[] = [];
  repository.finish = (...end) => {
    known = app.damage.found().map(({ file }) => file);
    return finish(...end);
  };
  t.match(await app.run('export'), { status: 'failed', failure: { message: words } });
  t.same(known, [app.config.databasePath]);
});

t.test('damage that only the server meets is remembered', async (t) => {
  const root = makeFolder(t);
  const app = await startApp(t, { root });
  t.match((await app.json('/health')).body.components.database, { status: 'healthy' });
  const corrupt = Object.assign(new Error('database disk image is malformed'), { code: 'SQLITE_CORRUPT' });
  app.ops.function('fails', () => {
    throw corrupt;
  });
  t.throws(() => app.ops.prepare('SELECT fails()').get());
  t.match((await app.json('/health')).body.components.database, {
    status: 'unhealthy',
    detail: /ops\.db is damaged/,
  });
});
