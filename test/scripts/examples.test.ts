// Runs scripts/examples in the real engine, with their operations.yaml.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import t, { type Test } from 'tap';
import { packageRoot } from '../../src/core/config.ts';
import { createCatalogue } from '../../src/core/catalogue.ts';
import { declaredOperations } from '../../src/declared-operations.ts';
import { startApp } from '../support/app.ts';

const folder = path.join(packageRoot, 'scripts/examples');
const hasPython = spawnSync('python3', ['--version']).status === 0;
const unlessPython = hasPython ? {} : { skip: 'python3 is not installed' };

const startWithExamples = (t: Test) =>
  startApp(t, { env: { CHL_OPERATIONS_FILE: path.join(folder, 'operations.yaml') } });

t.test('the examples are listed after the built-in operations, without a problem', async (t) => {
  const app = await startWithExamples(t);
  t.same(app.parts.customOperations.problems(), []);
  const ours = createCatalogue(declaredOperations)
    .all()
    .map(({ name }) => name);
  const { body } = await app.json('/api/v1/operations');
  t.same(
    body.items.map((item: { name: string }) => item.name),
    [...ours, 'folder-sizes', 'long-titles', 'recent-files'],
  );
});

t.test('the shell example measures folders and reports progress, a row for each and a result', async (t) => {
  const app = await startWithExamples(t);
  const job = await app.run('folder-sizes');
  t.match(job, { status: 'succeeded', result: { folders: 4 }, progress: { done: 4, total: 4 } });
  t.same(await refsOf(app, job.number), ['sheets', 'backups', 'uploads', 'logs']);
  t.match(await logOf(app, job.number), /^sheets takes \d+ KiB\n/);
});

t.test('the Python example takes arguments, and refuses a missing sheet', unlessPython, async (t) => {
  const app = await startWithExamples(t);
  const job = await app.run('long-titles', { limit: 40 });
  t.equal(job.status, 'succeeded');
  const { titles, long } = job.result as { titles: number; long: number };
  t.ok(long > 0 && long < titles);
  t.equal((await refsOf(app, job.number)).length, long);
  const failed = await app.run('long-titles', { sheet: 'review' });
  t.match(failed, {
    status: 'failed',
    failure: {
      code: 'bad_input',
      message: 'There is no sheets/review/experiences.csv. Choose another sheet.',
    },
  });
});

t.test('the Node example reads a date', async (t) => {
  const app = await startWithExamples(t);
  const all = await app.run('recent-files', { since: '2020-01-01' });
  t.match(all, { status: 'succeeded', result: { files: 3, recent: 3 } });
  t.match(await refsOf(app, all.number), [/^sheets\/published\/.*\.csv$/]);
  const none = await app.run('recent-files', { since: '2999-12-31' });
  t.match(none, { status: 'succeeded', result: { files: 3, recent: 0 } });
});

type App = Awaited<ReturnType<typeof startApp>>;

async function refsOf(app: App, number: number): Promise<string[]> {
  const { body } = await app.json(`/api/v1/operations/jobs/${number}/rows`);
  return body.items.map((row: { ref: string }) => row.ref);
}

async function logOf(app: App, number: number): Promise<string> {
  return (await fetch(`${app.origin}/api/v1/operations/jobs/${number}/log`)).text();
}
