// Statements that run outside the thread of the server are counted, too: in workers, in the search thread and in scripts.
import '../support/plain-children.ts';
import t from 'tap';
import { createCatalogue } from '../../src/core/catalogue.ts';
import type { Db } from '../../src/core/db/open.ts';
import { declaredOperations } from '../../src/declared-operations.ts';
import { prepareQueue } from '../../src/embedding/queue-statements.ts';
import { logStore } from '../../src/log-store/feature.ts';
import { workers } from '../../src/workers/feature.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { startService } from '../support/embedding-service.ts';
import { defineOperation } from '../support/operations.ts';
import { textOf } from '../support/screen.ts';
import { until } from '../support/until.ts';

const countsOf = (app: TestApp, database: string, sql: string) => {
  const text = sql
    .replaceAll(/'[^']*'/g, '?')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return app.use(logStore).logStore.ask('countsOfStatement', { database, text, since: 0 });
};
const isEmpty = (library: Db) =>
  library.prepare(`SELECT count(*) FROM experiences WHERE embedding_status = 'pending'`).pluck().get() === 0;

t.test('a worker of the pool reports its statements, at the latest when it ends', async (t) => {
  const app = await startApp(t, { env: { CHL_WORKERS: '1' } });
  await app.run('import');
  await until(() => isEmpty(app.library));
  await app.use(workers).pool.stop();
  const counts = await countsOf(app, 'library', prepareQueue(app.library).claim.source);
  t.ok(counts && counts.calls > 0 && counts.total_us > 0, 'the claims of entries');
});

t.test('each batch of a worker has a trace of its own, which an embedding service gets', async (t) => {
  const service = await startService(t);
  const env = { CHL_WORKERS: '1', CHL_EMBEDDING_URL: service.url, CHL_EMBEDDING_MODEL: 'some/model' };
  const app = await startApp(t, { env: { ...env, CHL_EMBEDDING_BATCH: '8' } });
  await app.run('import');
  await until(() => isEmpty(app.library));
  const batches = service.asked.filter(({ input }) => input.length > 1);
  t.ok(batches.length > 1);
  const ids = batches.map(
    ({ traceparent }) => /^00-([0-9a-f]{32})-[0-9a-f]{16}-00$/.exec(`${traceparent}`)?.[1],
  );
  t.notOk(ids.includes(undefined), String(batches[0]?.traceparent));
  t.equal(new Set(ids).size, batches.length);
});

t.test('the search thread reports its statements, at the latest when it ends', async (t) => {
  const app = await startApp(t);
  await app.run('import');
  await app.run('index');
  t.equal((await app.json('/api/v1/search?q=retry')).status, 200);
  await app.run('index', { full: true });
  await app.parts.liveIndex.catchUp();
  const fields = `'experience' AS kind, id, category_code, title, playbook AS body, context AS note`;
  const ofHits = `SELECT ${fields} FROM experiences WHERE id = ?`;
  t.ok(
    await until(
      () => countsOf(app, 'library', ofHits),
      (counts) => counts !== null,
    ),
  );
});

t.test('a custom operation may report its statements', async (t) => {
  const child = defineOperation({ child: 'reports-a-slow-statement' });
  const app = await startApp(t, { catalogue: createCatalogue([...declaredOperations, child]) });
  const job = await app.run('chore');
  const { html } = await app.page('/databases');
  t.match(textOf(html, '#slow-statements-card'), 'SELECT pg_sleep(?)');
  t.match(textOf((await app.page(`/requests/job-${job.number}`)).html, 'main'), 'SELECT pg_sleep(?)');
});
