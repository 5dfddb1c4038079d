import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { createCatalogue } from '../../../src/core/catalogue.ts';
import { jobLogFile } from '../../../src/job-log/log.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { runCommand } from '../../support/command-line.ts';
import { defineOperation } from '../../support/operations.ts';
import { textOf } from '../../support/screen.ts';
import { openStream } from '../../support/stream.ts';
import { makeFolder } from '../../support/folder.ts';

const start = (t: Parameters<typeof startApp>[0]) =>
  startApp(t, {
    catalogue: createCatalogue([
      defineOperation({ child: 'sends-script-messages' }),
      defineOperation({ name: 'waits', child: 'sleeps' }),
    ]),
  });

const remove = (app: TestApp, number: number | string) =>
  fetch(`${app.origin}/api/v1/operations/jobs/${number}`, { method: 'DELETE' });

t.test('an ended job is removed with its log and its rows, and the audit log keeps it', async (t) => {
  const app = await start(t);
  const { ops } = app;
  const { id } = await app.run('chore');
  const log = jobLogFile(app.root, 1);
  fs.writeFileSync(log, 'a line');
  const answer = await remove(app, 1);
  t.equal(answer.status, 204);
  t.equal(await answer.text(), '');
  t.notOk(fs.existsSync(log));
  t.notOk(fs.existsSync(`${log}.ix`));
  for (const table of ['job_row', 'job_row_count'])
    t.equal(ops.prepare(`SELECT count(*) FROM ${table} WHERE job_id = ?`).pluck().get(id), 0, table);
  t.match(app.audit.trail('job:1').at(-1), { event: 'job.removed', detail: { operation: 'chore' } });
  t.match(await app.json(`/api/v1/operations/jobs/${id}`), { status: 410 });
  t.equal((await remove(app, 1)).status, 410, 'a second time');
  t.equal((await remove(app, 99)).status, 404);
  t.match((await app.json('/api/v1/operations/jobs')).body, { total: 0, items: [] });
});

t.test('a job is removed together with its row in the audit log, or not at all', async (t) => {
  const app = await start(t);
  await app.run('chore');
  const { record } = app.audit;
  app.audit.record = () => {
    throw new Error('for this test');
  };
  t.equal((await remove(app, 1)).status, 500);
  app.audit.record = record;
  t.equal((await app.json('/api/v1/operations/jobs/1')).status, 200);
  t.equal((await remove(app, 1)).status, 204);
});

t.test('a job that has not ended is kept, and the refusal is audited', async (t) => {
  const app = await start(t);
  await app.json('/api/v1/operations/waits', {});
  await app.whenJob(1, 'running');
  const answer = await remove(app, 1);
  t.equal(answer.status, 409);
  t.match(await answer.json(), { error: { code: 'wrong_state', message: /is running.*cancel it first/ } });
  const refused = `SELECT count(*) FROM audit WHERE event = 'job.removed' AND outcome = 'refused'`;
  t.equal(app.ops.prepare(refused).pluck().get(), 1);
  t.notMatch((await app.page('/jobs/1')).text, /\/ui\/jobs\/1\/remove/, 'its page does not offer it');
  await app.json('/api/v1/operations/jobs/1/cancel', {});
  await app.whenJob(1);
});

t.test('the page of a job removes it, and open lists reload', async (t) => {
  const app = await start(t);
  await app.run('chore');
  const stream = await openStream(app.origin, '/ui/stream/telemetry?topics=job-changes');
  t.teardown(stream.close);
  await stream.until(({ event }) => event === 'job-changes');
  const link = (await app.page('/jobs/1')).html.querySelector('a[href="/ui/jobs/1/remove"]');
  t.match(link?.text, 'Remove…');
  const dialog = await app.page('/ui/jobs/1/remove');
  t.match(textOf(dialog.html, '#dialog-title'), 'Remove chore #1?');
  const seen = stream.events.length;
  const answer = await app.submit('/ui/jobs/1/remove', {});
  t.match([answer.status, answer.headers.get('location')], [303, '/jobs']);
  await stream.until(({ event }) => event === 'job-changes', seen);
  t.match(textOf((await app.page('/jobs')).html, '#job-results'), 'No jobs yet');
});

t.test('the command line removes an ended job', async (t) => {
  const root = makeFolder(t);
  const app = await startApp(t, { root, env: { CHL_OPERATIONS_MODE: 'noop' } });
  await app.run('export');
  t.match(await runCommand(root, ['remove-job', '1']), { code: 0, out: 'export #1 removed.\n' });
  t.match(await runCommand(root, ['remove-job', '1']), { code: 1, err: /^Job #1 was export/ });
  t.notOk(fs.existsSync(path.join(root, 'logs', '1.log')));
});
