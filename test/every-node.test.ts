// What a person does in an hour, with the server, its scripts and a worker as processes. Short, so that CI runs it on each
// supported version of Node.
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { startServer } from './support/server.ts';
import { until } from './support/until.ts';
import { makeFolder } from './support/folder.ts';

const operations = `operations:
  - { name: sleeps, title: Sleeps, summary: Sleeps for ten minutes., command: [sleep, "600"] }
`;

t.test('import, embed, index, search, cancel and stop', async (t) => {
  const root = makeFolder(t, { data: {} });
  fs.writeFileSync(path.join(root, 'data/operations.yaml'), operations, { mode: 0o600 });
  const { child, url } = await startServer(t, root, { CHL_WORKERS: '1' });

  const imported = await poll(
    url,
    await run(url, 'import', { reason: 'the first import', confirm: 'import' }),
    hasEnded,
  );
  t.match(imported, { status: 'succeeded', result: { added: 84 } }, JSON.stringify(imported.failure));
  const queue = await poll(url, '/api/v1/queue', ({ pending }) => pending.total === 0);
  t.match(queue, { failed: { total: 0 } }, 'the worker embedded every entry');
  const indexed = await poll(url, await run(url, 'index'), hasEnded);
  t.match(indexed, { status: 'succeeded', result: { vectors: 72, reused: 72 } });
  const found = await get(url, '/api/v1/search?q=commit+message');
  t.match(found.hits[0].snippet, /commit message/i);

  const sleeping = await run(url, 'sleeps');
  await poll(url, sleeping, (job) => job.status === 'running');
  await post(url, `${sleeping}/cancel`);
  t.match(await poll(url, sleeping, hasEnded), { status: 'cancelled' });

  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  t.same(await exit, [0, null]);
});

/** Its keys are checked by the tests of the API. */
type Body = any;

const hasEnded = (job: Body) => ['succeeded', 'failed', 'cancelled', 'lost'].includes(job.status);

async function get(url: string, address: string): Promise<Body> {
  return (await fetch(url + address)).json();
}

async function post(url: string, address: string, body: object = {}): Promise<Body> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url + address, { method: 'POST', headers, body: JSON.stringify(body) });
  t.equal(response.status, 202, address);
  return response.json();
}

/** Starts a job and returns its address. */
async function run(url: string, operation: string, body: object = {}): Promise<string> {
  const { job_id } = await post(url, `/api/v1/operations/${operation}`, body);
  return `/api/v1/operations/jobs/${job_id}`;
}

/** Asks until the answer is as wanted; the limit is that of the test. */
async function poll(url: string, address: string, isReached: (body: Body) => boolean): Promise<Body> {
  return until(() => get(url, address), isReached);
}
