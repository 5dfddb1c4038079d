// A damaged library: each job, /health, the banner and the API say which file is damaged and the way back.
import t, { type Test } from 'tap';
import { makeRoot } from '../support/engine.ts';
import { startApp } from '../support/app.ts';
import { damageTable } from '../support/damage.ts';
import { card, textOf } from '../support/screen.ts';

const words = /chl\.db is damaged.*Stop the server.*backup/;
const driverWords = /malformed|SQLITE_|SqliteError|\n\s+at /;

async function damagedRoot(t: Test) {
  const root = makeRoot(t);
  const healthy = await startApp(t, { root });
  await healthy.run('import');
  await healthy.close();
  damageTable(healthy.config.databasePath, 'experiences');
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

  await app.close();
  const again = await startApp(t, { root });
  t.match((await again.json('/health')).body.components.database, { status: 'unhealthy', detail: words });
});
