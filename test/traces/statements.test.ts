import t from 'tap';
import { createCatalogue } from '../../src/core/catalogue.ts';
import { readScriptEnvironment } from '../../src/core/config.ts';
import { declaredOperations } from '../../src/declared-operations.ts';
import { createStatementCounts } from '../../src/log-store/statement-counts.ts';
import { readStatementCounts } from '../../src/log-store/script-trace.ts';
import { startApp } from '../support/app.ts';
import { defineOperation } from '../support/operations.ts';
import { textOf } from '../support/screen.ts';

const slowSql = `WITH RECURSIVE step(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM step WHERE n < ?)
  SELECT count(*) AS n, 'a secret value' AS word FROM step`;
const slowText =
  'WITH RECURSIVE step(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM step WHERE n < ?) SELECT count(*) AS n, ? AS word FROM step';

t.test('a slow statement of the server is listed with its text, without values', async (t) => {
  const app = await startApp(t);
  const statement = app.ops.prepare(slowSql);
  statement.get(1_000_000);
  statement.get(1);
  app.parts.statements.flush();
  const { body } = await app.json('/api/v1/databases/statements');
  const found = body.items.find(({ text }: { text: string }) => text === slowText);
  t.match(found, { database: 'ops', calls: 2, slow: 1 });
  t.ok(found.max_us >= 20_000 && found.total_us >= found.max_us);
  const { html } = await app.page('/databases');
  t.match(textOf(html, '#slow-statements-card'), 'WITH RECURSIVE step');
  t.notMatch(textOf(html, '#slow-statements-card'), 'a secret value');
});

t.test('a statement that is read row by row counts once, with all its rows', async (t) => {
  const app = await startApp(t);
  app.parts.statements.flush();
  const sql = 'SELECT value FROM json_each(?)';
  const rows = [...app.ops.prepare(sql).iterate('[1,2,3]')];
  t.equal(rows.length, 3);
  for (const _ of app.ops.prepare(sql).iterate('[1,2,3]')) break;
  const { traceReader } = app.parts;
  app.parts.statements.flush();
  const span = {
    n: 1,
    parent: null,
    kind: 'db',
    name: `ops: ${sql}`,
    start_us: 0,
    us: 0,
    rows: 0,
    calls: 1,
  } as const;
  t.match(await traceReader.countsOf(span), { calls: 1, slow: 0 });
});

t.test('texts that differ in quoted values are one statement, and their number is bounded', async (t) => {
  const config = { databasePath: '/a/chl.db', opsDatabasePath: '/a/ops.db', slowStatementMs: 20 };
  const counts = createStatementCounts(config);
  for (let i = 0; i < 3; i++) counts.add('/a/ops.db', `SELECT '${i}''s' FROM job`, 1, 2);
  counts.add('/a/chl.db', 'SELECT 1', 30, null);
  counts.add('/b/other.db', 'SELECT 1', 0.5, 1);
  t.same(counts.take(), [
    { database: 'ops', text: 'SELECT ? FROM job', calls: 3, total_us: 3000, max_us: 1000, slow: 0, rows: 6 },
    { database: 'library', text: 'SELECT 1', calls: 1, total_us: 30_000, max_us: 30_000, slow: 1, rows: 0 },
    { database: 'other', text: 'SELECT 1', calls: 1, total_us: 500, max_us: 500, slow: 0, rows: 1 },
  ]);
  t.same(counts.take(), []);
  for (let i = 0; i < 5000; i++) counts.add('/a/ops.db', `SELECT ${i}`, 1, 0);
  const taken = counts.take();
  t.equal(taken.length, 1001);
  t.equal(taken.at(-1)?.calls, 4000, 'further ones are counted together');
});

t.test('what a script reports is not believed', async (t) => {
  const good = { database: 'ops', text: 'SELECT 1', calls: 1, total_us: 2, max_us: 2, slow: 0, rows: 1 };
  const bad = [null, 'x', {}, { ...good, database: 'mine' }, { ...good, calls: -1 }, { ...good, rows: 1.5 }];
  t.same(readStatementCounts([...bad, good]), [good]);
  t.equal(readStatementCounts(Array.from({ length: 99 }, () => good)).length, 50);
  t.equal(readScriptEnvironment().traceparent, '');
});

t.test('a job reports the statements of its script, and its trace shows its phases', async (t) => {
  const app = await startApp(t);
  const job = await app.run('import');
  const { body } = await app.json(`/api/v1/requests/job-${job.number}`);
  t.match(body, {
    id: `job-${job.number}`,
    route: 'import',
    kept: 'job',
    job: job.number,
    job_status: 'succeeded',
  });
  t.ok(body.phases.length > 1);
  t.ok(body.phases.every(({ seconds }: { seconds: number }) => seconds >= 0));
  const inserted = body.spans.find(({ name }: { name: string }) =>
    /^library: INSERT INTO experiences/i.test(name),
  );
  t.ok(inserted, 'the statement that adds experiences is reported');
  t.ok(inserted?.calls >= 1);
  const { html } = await app.page(`/requests/job-${job.number}`);
  t.match(textOf(html, 'main'), `Trace of job #${job.number}`);
  t.match(textOf(html, 'main'), 'INSERT INTO experiences');
  const title = app.parts.catalogue.find('import')?.title;
  t.match(textOf(html, '.page-head'), `${title}, succeeded after`);
  t.match(textOf(html, '.wf'), /Starting the script (the longest phase )?0 ms \d/, 'before its first phase');
  const { html: page } = await app.page(`/jobs/${job.number}`);
  t.ok(page.querySelector(`a[href="/requests/job-${job.number}"]`), 'the page of the job links to its trace');
  t.equal((await app.page('/requests/job-99')).status, 404);
  t.equal((await app.page('/requests/deadbeef')).status, 404);
});

t.test('a job with more phases than are kept says that the last one stands for others', async (t) => {
  const child = defineOperation({ child: 'reports-many-phases' });
  const app = await startApp(t, { catalogue: createCatalogue([...declaredOperations, child]) });
  const job = await app.run('chore');
  const { body } = await app.json(`/api/v1/requests/job-${job.number}`);
  t.equal(body.phases.length, 40);
  t.equal(body.phases.at(-1).name, 'Phase 40 and all that followed');
  t.equal(body.phases.at(-2).name, 'Phase 39');
});
