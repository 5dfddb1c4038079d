import t from 'tap';
import { startApp } from '../../support/app.ts';
import { textOf } from '../../support/screen.ts';

t.test('the page of a removed job shows what it was and when it was removed', async (t) => {
  let at = Date.parse('2026-08-01T10:00:00Z');
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' }, now: () => new Date(at) });
  const { id } = await app.run('export');
  at = Date.parse('2026-11-20T10:00:00Z');
  t.match((await app.json('/api/v1/operations/retention')).body, { days: 90, jobs: 1, failed_jobs: 0 });
  await app.parts.retention.runOnce();

  const words =
    'Job #1 was export; it succeeded on 2026-08-01. It was removed on 2026-11-20. The audit log still has it.';
  const details = { number: 1, job_id: id, operation: 'export', status: 'succeeded' };
  const { status, body } = await app.json('/api/v1/operations/jobs/1');
  t.equal(status, 410);
  t.match(body, { error: { code: 'pruned', message: words, details } });
  for (const address of [`/api/v1/operations/jobs/${id}`, '/api/v1/operations/jobs/1/log']) {
    t.match(await app.json(address), { status: 410, body: { error: { code: 'pruned' } } }, address);
  }
  t.match(await app.json('/api/v1/operations/jobs/1/retry', {}), { status: 410 });
  const page = await app.page('/jobs/1');
  t.equal(page.status, 410);
  t.match(textOf(page.html, 'main'), words);
  t.match(await app.json('/api/v1/operations/jobs/2'), { status: 404 });
});
