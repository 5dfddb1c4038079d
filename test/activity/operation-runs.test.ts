// How the operations run: the card of the hub and its JSON twin.
import '../support/plain-children.ts';
import t from 'tap';
import { createRunRepository } from '../../src/activity/run-repository.ts';
import { runAndAwaitEvent, startApp, type TestApp } from '../support/app.ts';
import { openStream } from '../support/stream.ts';
import { textOf } from '../support/screen.ts';

type Run = { status?: string; seconds?: number; mode?: string; args?: string; result?: string | null };

/** Adds ended runs of an operation, oldest first. */
function addRuns(app: TestApp, operation: string, runs: Run[]) {
  const add = app.ops.prepare(`
    INSERT INTO job (
      id, operation, status, mode, requested_by, args, attempt, created_at, started_at, finished_at, result,
      peak_rss_bytes, cpu_sec
    )
    VALUES (@id, @operation, @status, @mode, 'a', @args, 1, @at, @at, @ended, @result, @memory, @cpu)
  `);
  const at = Date.parse('2026-11-22T10:00:00.000Z');
  app.ops.transaction(() => {
    runs.forEach((run, i) => {
      const { seconds = i + 1, status = 'succeeded', mode = 'scripts', args = '{}', result = null } = run;
      add.run({
        ...{ id: `${operation}-${i}`, operation, status, mode, args, result },
        ...{ at: new Date(at).toISOString(), ended: new Date(at + seconds * 1000).toISOString() },
        ...{ memory: 1024 ** 2 * (i + 1), cpu: seconds / 10 },
      });
    });
  })();
}

async function figuresOf(app: TestApp, operation: string) {
  const { body } = await app.json('/api/v1/activity');
  return body.operations.find((one: { operation: string }) => one.operation === operation);
}

const noop = { env: { CHL_OPERATIONS_MODE: 'noop' } };
const rowOf = (operation: string) => `#runs-of-${operation}`;

t.test('the last 20 runs of an operation, with outcome, durations, memory and CPU time', async (t) => {
  const app = await startApp(t, noop);
  const runs: Run[] = Array.from({ length: 25 }, () => ({}));
  runs[7] = { status: 'failed' };
  runs[24] = { status: 'failed' };
  runs[23] = { result: '{"experiences": 1200, "manuals": 84}' };
  addRuns(app, 'import', runs);
  t.same(await figuresOf(app, 'import'), {
    operation: 'import',
    ...{ runs: 20, succeeded: 18, failed: 2, cancelled: 0 },
    ...{ p50_sec: 15, p95_sec: 24, cpu_p50_sec: 1.5, peak_rss_bytes: 25 * 1024 ** 2, documents: 1284 },
  });
  const { html } = await app.page('/activity');
  t.equal(
    textOf(html, rowOf('import')),
    'Import spreadsheet 18 of 20 done, the newest failed 15.0 s 24.0 s 25.0 MiB 1.5 s 1,284',
  );
  t.equal(html.querySelector(`${rowOf('import')} a`)?.getAttribute('href'), '/jobs?operation=import');
  const chart = html.querySelector(`${rowOf('import')} svg`);
  t.equal(chart?.querySelectorAll('rect').length, 20);
  t.equal(chart?.querySelectorAll('rect.bad').length, 2);
  t.equal(chart?.querySelectorAll('path').length, 2, 'a failed run has a cross');
  t.match(chart?.getAttribute('aria-label'), /^Last 20 runs: 18 done, 2 failed, .*The newest failed\.$/);
});

t.test('dry runs and runs of the noop mode count, but their durations do not', async (t) => {
  const app = await startApp(t, noop);
  addRuns(app, 'import', [
    { args: '{"dry_run": true}' },
    { mode: 'noop' },
    { seconds: 7, result: '{"entries": 3}' },
    { status: 'cancelled', seconds: 90 },
  ]);
  t.match(await figuresOf(app, 'import'), { runs: 4, succeeded: 3, cancelled: 1, p50_sec: 7, documents: 3 });
  const { html } = await app.page('/activity');
  t.match(textOf(html, rowOf('import')), '3 of 4 done, 1 cancelled 7.0 s 7.0 s');
  const { body } = await app.json('/api/v1/telemetry/snapshot');
  const ofTelemetry = body.operations.find((one: { operation: string }) => one.operation === 'import');
  t.match(ofTelemetry, { runs: 4, duration_p50_sec: 7, duration_p95_sec: 7 });
});

t.test('rows that a run has reported are its documents', async (t) => {
  const app = await startApp(t, noop);
  addRuns(app, 'export', [{}]);
  app.ops
    .prepare(`INSERT INTO job_row (job_id, seq, outcome) VALUES ('export-0', 1, 'ok'), ('export-0', 2, 'no')`)
    .run();
  t.match(await figuresOf(app, 'export'), { documents: 2 });
});

t.test('before the first run the card says so, and a run that ends is sent', async (t) => {
  const app = await startApp(t, noop);
  const { html } = await app.page('/activity');
  t.match(textOf(html, '#operation-runs-card'), 'No operation has run yet. Start one');
  t.same((await app.json('/api/v1/activity')).body.operations, []);
  const stream = await openStream(app.origin, '/ui/stream/telemetry?topics=operation-runs');
  await stream.until(({ event }) => event === 'operation-runs');
  await runAndAwaitEvent(app, 'export');
  await stream.until(({ event, data }) => event === 'operation-runs' && data.includes('1 of 1 done'));
  await runAndAwaitEvent(app, 'export');
  await stream.until(({ event, data }) => event === 'operation-runs' && data.includes('2 of 2 done'));
  stream.close();
});

t.test('the runs are found by an index', async (t) => {
  const app = await startApp(t, noop);
  const plan: string[] = [];
  const watched: Pick<typeof app.ops, 'prepare'> = {
    prepare(sql: string) {
      const steps = app.ops.prepare(`EXPLAIN QUERY PLAN ${sql}`).all({ operation: 'x', limit: 1 });
      plan.push(...(steps as { detail: string }[]).map(({ detail }) => detail));
      return app.ops.prepare(sql) as never;
    },
  };
  createRunRepository(watched as typeof app.ops);
  t.equal(plan.filter((detail) => detail.includes('INDEX job_operation_status')).length, 4);
});
