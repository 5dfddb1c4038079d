// Pages show the rows of ops.db while log.db cannot be used, and name the fault.
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { logStore } from '../../src/log-store/feature.ts';
import { startApp } from '../support/app.ts';
import { textOf } from '../support/screen.ts';

const isFolder = 'log.db is a folder, not a file. Remove or rename it, then try again.';
const refused = { status: 503, body: { error: { code: 'temporary' } } };

t.test('nothing fails with 500, and the phases of a job are shown', async (t) => {
  const app = await startApp(t);
  const job = await app.run('import');
  const file = path.join(app.root, 'log.db');
  for (const name of ['', '-wal', '-shm']) fs.rmSync(file + name, { force: true });
  fs.mkdirSync(file);
  const { logStore: store } = app.use(logStore);
  await store.tend();

  const { status, html } = await app.page(`/requests/job-${job.number}`);
  t.equal(status, 200);
  t.ok(html.querySelectorAll('.wf [role="row"]').length > 2, 'the phases are shown');
  t.match(textOf(html, 'section[aria-labelledby="h-statements"]'), isFolder);
  const one = await app.json(`/api/v1/requests/job-${job.number}`);
  t.match(one, { status: 200, body: { spans: [], problem: /is a folder/ } });

  for (const [address, host] of [
    ['/requests/kept', 'main'],
    ['/requests', '#request-list'],
    ['/requests', '#slow-requests-card'],
    ['/databases', '#slow-statements-card'],
    ['/activity', '#activity-card'],
  ] as const) {
    const page = await app.page(address);
    t.equal(page.status, 200, address);
    t.match(textOf(page.html, host), isFolder, `${address} ${host}`);
  }
  const { body: activity } = await app.json('/api/v1/activity');
  const row = activity.items.find(({ name }: { name: string }) => name === 'Requests');
  t.match(row, { is_available: true, badge: { tone: 'warn', label: 'Not read' } });
  for (const address of ['/api/v1/log', '/api/v1/requests', '/api/v1/traces', '/api/v1/requests/abc'])
    t.match(await app.json(address), refused, address);
  const page = await app.page('/requests/abc');
  t.equal(page.status, 503);
  t.match(textOf(page.html, 'main'), isFolder);
});

t.test('a job has the times of its own page, whatever its script has measured', async (t) => {
  const app = await startApp(t);
  const job = await app.run('import');
  const ms = Date.parse(job.finished_at ?? '') - Date.parse(job.started_at ?? '');
  const { logStore: store } = app.use(logStore);
  const reported = await store.ask('trace', { id: `job-${job.number}` });
  if (!reported) throw new Error('The job has reported its statements.');
  store.add('traces', { ...reported, at: reported.at + 500, ms: 1 });
  const { body } = await app.json(`/api/v1/requests/job-${job.number}`);
  t.equal(body.ms, ms);
  t.equal(body.at, job.started_at);
  const last = body.phases.at(-1);
  t.ok(Date.parse(last.started_at) + last.seconds * 1000 <= Date.parse(body.at) + ms);
});
