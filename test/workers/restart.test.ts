// What the pages of a real server say about its real workers, before and after a restart.
import '../support/plain-children.ts';
import { once } from 'node:events';
import { parse } from 'node-html-parser';
import t, { type Test } from 'tap';
import { card, textOf } from '../support/screen.ts';
import { startServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { makeFolder } from '../support/folder.ts';

const env = { CHL_WORKERS: '1', CHL_TELEMETRY_INTERVAL_SEC: '1' };

/** A client of one server. */
async function connect(t: Test, root: string) {
  const { child, url } = await startServer(t, root, env);
  const json = async (address: string, body?: unknown) => {
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    };
    return (await fetch(url + address, body === undefined ? {} : init)).json() as Promise<any>;
  };
  return {
    json,
    queue: () => json('/api/v1/queue'),
    worker: async () => (await json('/api/v1/workers')).workers[0],
    health: async () => (await json('/health')).components.workers,
    screen: async (selector: string) =>
      textOf(parse(await (await fetch(`${url}/operations`)).text()), selector),
    async stop(signal: NodeJS.Signals) {
      child.kill(signal);
      await once(child, 'exit');
    },
  };
}

t.test('a pause of all workers outlasts restarts, and is told until they are resumed', async (t) => {
  const root = makeFolder(t);
  let server = await connect(t, root);
  await until(server.worker, (worker) => worker?.state === 'idle');
  await server.json('/api/v1/workers/pause', {});
  const { number } = await server.json('/api/v1/operations/import', {
    reason: 'a test needs it',
    confirm: 'import',
  });
  await until(
    () => server.json(`/api/v1/operations/jobs/${number}`),
    ({ status }) => status === 'succeeded',
  );
  const waits = { status: 'degraded', detail: 'Entries wait: the workers are paused.' };
  const banner = /Entries wait: the workers are paused\b.* paused them, and a restart does not change that/;
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    await server.stop(signal);
    server = await connect(t, root);
    await until(server.worker, (worker) => worker?.state === 'paused');
    t.match(await server.health(), waits, signal);
    t.match(await server.screen(card.banners), banner, signal);
    t.match(await server.queue(), { paused: true, rate_per_min: 0, pending: { total: 72 } }, signal);
  }

  await server.json('/api/v1/workers/resume', {});
  await until(
    () => server.screen(card.banners),
    (text) => !text.includes('the workers are paused'),
  );
  await until(server.queue, ({ pending }) => pending.total === 0);
  const idle = await until(server.worker, (worker) => worker.state === 'idle');
  t.match(idle, { processed: 72, rate_per_min: 0 });
  t.match(await server.queue(), { rate_per_min: 0 }, 'an idle worker has no throughput');
  t.match(await server.screen(card.figures), /Throughput 0 .*Not embedding now/);
  t.match(await server.health(), { status: 'healthy' });
});
