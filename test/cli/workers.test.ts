// Workers and queue on the command line, beside a running server.
import t from 'tap';
import { startApp } from '../support/app.ts';
import { runHere } from '../support/command-line.ts';
import { makeRoot } from '../support/engine.ts';
import { createWorkerRows } from '../support/worker-rows.ts';

t.test('workers are shown, paused, resumed and drained', async (t) => {
  const root = makeRoot(t);
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
    out: /^0 entries wait again\.\n/,
  });
});
