// Every action that ran leaves one audit row, also when it found nothing to change.
import '../support/plain-children.ts';
import fs from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import { startApp, type TestApp } from '../support/app.ts';
import { insertJob } from '../support/job-repository.ts';
import { createWorkerRows } from '../support/worker-rows.ts';

type Row = { id: number; event: string; outcome: string; target: string; reason: string; detail: string };
type Send = () => Promise<{ status: number }>;

const start = (t: Test, now?: () => Date) =>
  startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' }, ...(now ? { now } : {}) });

function readRows({ ops }: TestApp, after = 0): Row[] {
  const rows = ops.prepare('SELECT id, event, outcome, target, reason, detail FROM audit WHERE id > ?');
  return rows.all(after) as Row[];
}

/** The rows that a request leaves; findings and the ends of jobs leave theirs at any time. */
async function rowsOf(app: TestApp, send: Send) {
  const last = readRows(app).at(-1)?.id ?? 0;
  const { status } = await send();
  const isOwn = ({ event }: Row) => !event.startsWith('finding.') && event !== 'job.finished';
  return { status, rows: readRows(app, last).filter(isOwn) };
}

const json = (app: TestApp, method: string, address: string, body: object) => () =>
  fetch(app.origin + address, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

t.test('an action that is repeated leaves a row each time', async (t) => {
  const app = await start(t);
  const file = path.join(app.root, 'embedding-key');
  fs.writeFileSync(file, 'a-key-of-this-test', { mode: 0o600 });
  createWorkerRows(t, app).add('worker-1');
  const job = insertJob(app.parts.repository);
  const values = { 'retention.days': 30 };
  const form =
    (address: string, fields: Record<string, string> = {}) =>
    () =>
      app.submit(address, fields);
  for (const [event, send] of [
    ['settings.changed', json(app, 'PUT', '/api/v1/settings/values', { values, reason: 'as it was' })],
    ['settings.changed', json(app, 'PUT', '/api/v1/settings/values', { values: {} })],
    ['settings.changed', form('/ui/settings/limits', { 'retention.days': '30', 'was:retention.days': '30' })],
    ['settings.changed', form('/ui/embedder/save', { kind: 'built_in' })],
    ['credential.changed', json(app, 'PUT', '/api/v1/credentials/embedding', { path: file })],
    ['source.changed', json(app, 'PUT', '/api/v1/sources/one', { kind: 'folder', place: 'sheets/one' })],
    ['job.cancel', form(`/ui/jobs/${job.number}/cancel`)],
    ['job.accepted', form('/ui/operations/run/export', { key: 'the same click' })],
    ['workers.pause', json(app, 'POST', '/api/v1/workers/pause', {})],
    ['workers.resume', json(app, 'POST', '/api/v1/workers/resume', {})],
    ['queue.retry_failed', json(app, 'POST', '/api/v1/queue/retry-failed', {})],
    ['queue.pause', form('/ui/queue/pause', { kind: 'manual' })],
    ['queue.resume', json(app, 'POST', '/api/v1/queue/resume', { kind: 'manual' })],
    ['access.sign_out', form('/sign-out')],
  ] as [string, Send][]) {
    await send();
    const { status, rows } = await rowsOf(app, send);
    if (event === 'job.cancel') t.equal(status, 409, 'a cancelled job has ended');
    else t.ok(status < 400, `${event}: ${status}`);
    t.match(rows, [{ event, outcome: status < 400 ? 'ok' : 'refused' }], event);
    t.equal(rows.length, 1, event);
  }
});

t.test('the row of an action that changed nothing says so, with the reason', async (t) => {
  const app = await start(t);
  const put = json(app, 'PUT', '/api/v1/settings/values', { values: {}, reason: 'to be sure' });
  const { rows } = await rowsOf(app, put);
  const detail = JSON.stringify({ changed: false, request: 'PUT /api/v1/settings/values' });
  t.match(rows, [{ event: 'settings.changed', target: 'settings', reason: 'to be sure', detail }]);
});

t.test('rows of actions that change nothing are limited, as those of refusals are', async (t) => {
  const app = await start(t, () => new Date('2026-11-29T12:00:00Z'));
  const last = readRows(app).at(-1)?.id ?? 0;
  for (let at = 0; at < 23; at += 1) await app.submit('/sign-out', {});
  t.equal(readRows(app, last).length, 20);
  await app.close();
});

t.test('a preview of an import of settings leaves a row of its own', async (t) => {
  const app = await start(t);
  const file = { format: 1, settings: { 'retention.days': 31, 'retention.years': 1 } };
  const upload = () => {
    const body = new FormData();
    body.append('file', new Blob([JSON.stringify(file)]), 'settings.json');
    return fetch(`${app.origin}/ui/settings/import`, { method: 'POST', body });
  };
  for (const send of [json(app, 'POST', '/api/v1/settings/import', { file }), upload]) {
    const { status, rows } = await rowsOf(app, send);
    t.equal(status, 200);
    const detail = '{"changed":1,"unchanged":0,"unknown":1,"refused":0}';
    t.match(rows, [{ event: 'settings.import_previewed', outcome: 'ok', target: 'settings', detail }]);
    t.equal(rows.length, 1);
  }
});
