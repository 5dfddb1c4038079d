// Nobody else can look like the server, a schedule or the token of the environment.
import t from 'tap';
import { startApp } from '../support/app.ts';
import { startWithRoles, as } from '../support/roles.ts';
import { textOf } from '../support/screen.ts';
import { wanted } from '../support/windows.ts';

const ownNames = [
  'system',
  'System',
  'system (nightly)',
  'nobody',
  'environment',
  'schedule s1',
  'Schedule s1',
  'job #1',
];

t.test('a program that gives itself a name of the server is recorded as a user', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  const newest = app.ops.prepare('SELECT requested_by FROM job ORDER BY number DESC LIMIT 1').pluck();
  const requestBy = async (name: string) => {
    await app.json('/api/v1/operations/export', { when_locked: 'wait' }, { 'x-actor': name });
    return newest.get();
  };
  for (const name of ownNames) {
    t.equal(await requestBy(name), `user ${name}`);
  }
  t.equal(await requestBy('scheduler'), 'scheduler');
});

t.test('a window that a person ends at once has not ended by itself', async (t) => {
  const app = await startApp(t);
  const { body } = await app.json('/api/v1/maintenance', wanted('frozen'), { 'x-actor': 'system' });
  const end = { reason: 'a test needs it' };
  t.equal((await app.json(`/api/v1/maintenance/${body.id}/end`, end, { 'x-actor': 'system' })).status, 200);
  app.ops.prepare(`UPDATE maintenance_window SET ended_by = 'system'`).run();
  const { html } = await app.page('/settings/maintenance');
  t.match(textOf(html, 'main'), /ended by system/);
  t.notMatch(textOf(html, 'main'), /ended by itself/);
});

t.test('no token has a name of the server', async (t) => {
  const app = await startWithRoles(t);
  for (const name of ['system', 'Nobody', 'environment', 'schedule s1', 'Schedule', 'schedule  s1']) {
    const answer = await app.json('/api/v1/tokens', { name, role: 'viewer' }, as('admin'));
    t.match(answer, { status: 422, body: { error: { details: { problems: [{ field: 'name' }] } } } }, name);
  }
});
