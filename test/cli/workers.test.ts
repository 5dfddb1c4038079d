// Workers and queue on the command line, beside a running server and after one.
import t from 'tap';
import { chaosConfig, startServer } from '../../scripts/chaos/server-process.ts';
import type { Finding } from '../../src/cli/doctor.ts';
import { identify, isAlive } from '../../src/runner/processes.ts';
import { startApp } from '../support/app.ts';
import { queryOps, runHere } from '../support/command-line.ts';
import { createWorkerRows } from '../support/worker-rows.ts';
import { until } from '../support/until.ts';
import { makeFolder } from '../support/folder.ts';

t.test('workers are shown, paused, resumed and drained', async (t) => {
  const root = makeFolder(t);
  const app = await startApp(t, { root });
  t.match(await runHere(root, ['pause']), { code: 75, err: /^No workers are registered\./ });
  const rows = createWorkerRows(t, app);
  for (const name of ['embed-1', 'embed-2']) rows.add(name, { processed: 1204 });
  t.match(await runHere(root, ['workers']), {
    code: 0,
    out: /embed-1 +idle +1,204 processed, 0 failed, 0\/min/,
  });
  t.match(await runHere(root, ['pause', 'embed-2']), { code: 0, out: /embed-1 +idle.*\nembed-2 +paused/ });
  t.match(await runHere(root, ['pause', 'embed-9']), { code: 2, err: /There is no worker "embed-9"/ });
  t.match(await runHere(root, ['resume', '--json']), {
    code: 0,
    out: /"worker_id": "embed-2"[^}]*"state": "idle"/,
  });
  t.match(await runHere(root, ['drain', '--timeout', '9']), { code: 2, err: /10 to 3600/ });
  t.match(await runHere(root, ['queue']), { code: 0, out: /^0 pending, 0 failed\.\n/ });
  t.match(await runHere(root, ['retry-failed', '--kind', 'manual']), {
    code: 0,
    out: /^0 entries queued again\.\n/,
  });
});

t.test('after a server was killed, none of its workers is reported as running', async (t) => {
  const root = makeFolder(t);
  const server = startServer(chaosConfig(root), { CHL_WORKERS: '1' });
  const url = await server.ready;
  t.teardown(() => server.signal('SIGKILL'));
  let pid: number | null = null;
  while (pid === null) {
    const { workers } = (await (await fetch(`${url}/api/v1/workers`)).json()) as {
      workers: { pid: number | null }[];
    };
    pid = workers[0]?.pid ?? null;
  }
  t.match(await workersOf(root), [{ status: 'ok', text: '1 worker' }]);
  const worker = identify(pid);
  server.signal('SIGKILL');
  await server.exited;
  await until(() => !isAlive(worker));
  const noServer = /^No worker is running, because the server is not\. Start it with npm start, or/;
  t.match(await workersOf(root), [{ status: 'ok', text: noServer }]);
  t.match(await runHere(root, ['workers']), {
    code: 0,
    out: /^No worker is running, because the server is not\. Start the server/,
  });
  t.same(queryOps(root, 'SELECT name FROM worker WHERE ended_at IS NULL'), []);
  await runHere(root, ['import', '--mode', 'replace', '--reason', 'a test', '--confirm', 'import']);
  const waits = /^72 entries wait for embedding\. No worker is running/;
  t.match(await workersOf(root), [{ status: 'warning', text: waits }]);
});

async function workersOf(root: string): Promise<Finding[]> {
  const { findings } = JSON.parse((await runHere(root, ['doctor', '--json'])).out);
  return findings.filter(({ part }: Finding) => part.toLowerCase() === 'workers');
}
