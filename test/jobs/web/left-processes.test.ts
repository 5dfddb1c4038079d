import t from 'tap';
import { createCatalogue } from '../../../src/core/catalogue.ts';
import { startApp } from '../../support/app.ts';
import { defineOperation } from '../../support/operations.ts';
import { textOf } from '../../support/screen.ts';

t.test('a job’s page and its API list what the script left, and say what cannot be found', async (t) => {
  const catalogue = createCatalogue([
    defineOperation({ child: 'forks-a-daemon' }),
    defineOperation({ name: 'clean' }),
  ]);
  const env = { CHL_PROCESS_TRACKING: 'group', CHL_KILL_GRACE_SEC: '0' };
  const app = await startApp(t, { catalogue, env });
  await app.run('chore');
  const { body } = await app.json('/api/v1/operations/jobs/1');
  t.match(body, { status: 'succeeded', tracking: 'group', pid: Number });
  t.match(body.left_processes, [{ pid: Number, name: 'sleep', fate: 'killed' }]);
  const { html } = await app.page('/jobs/1');
  const left = body.left_processes[0];
  t.match(textOf(html, '.kv'), `Left by the script Process ${left.pid} (sleep): killed`);
  t.match(textOf(html, '.kv'), 'Detached processes Cannot be found on this system.');
  await app.run('clean');
  const clean = await app.page('/jobs/2');
  t.notMatch(textOf(clean.html, '.kv'), 'Left by the script');
});
