// Admin tokens that have expired: they open nothing, and do not count as a way in.
import t from 'tap';
import { startApp } from '../support/app.ts';
import { textOf } from '../support/screen.ts';

t.test('the expiry of the last admin token opens nothing', async (t) => {
  let ms = Date.parse('2026-11-29T12:00:00.000Z');
  const app = await startApp(t, { now: () => new Date(ms) });
  const wanted = { name: 'main', role: 'admin', expires_at: '2026-12-01' };
  const created = await app.json('/api/v1/tokens', wanted);
  t.equal(created.status, 201);
  const headers = { authorization: `Bearer ${created.body.token}` };
  t.equal((await app.json('/api/v1/tokens', undefined, headers)).status, 200);
  ms += 7 * 86_400_000;
  t.equal((await app.json('/api/v1/tokens', undefined, headers)).status, 401, 'it has expired');
  const another = await app.json('/api/v1/tokens', { name: 'second', role: 'admin' });
  t.equal(another.status, 401, 'nobody becomes admin without a token');
});

t.test('an expired admin token is no other way in', async (t) => {
  let ms = Date.parse('2026-11-29T12:00:00.000Z');
  const app = await startApp(t, { now: () => new Date(ms) });
  const old = await app.json('/api/v1/tokens', { name: 'old', role: 'admin', expires_at: '2026-12-01' });
  const first = { authorization: `Bearer ${old.body.token}` };
  const main = await app.json('/api/v1/tokens', { name: 'main', role: 'admin' }, first);
  ms += 7 * 86_400_000;
  const headers = { authorization: `Bearer ${main.body.token}` };
  const revoke = (name: string, body: object) =>
    fetch(`${app.origin}/api/v1/tokens/${name}`, {
      method: 'DELETE',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  await t.test('its name is not for a token of another role', async (t) => {
    const { status, body } = await app.json('/api/v1/tokens', { name: 'old', role: 'viewer' }, headers);
    t.equal(status, 422);
    t.match(body, { error: { code: 'invalid_arguments', message: /There is a token named old/ } });
    t.equal((await app.json('/api/v1/tokens', undefined, headers)).status, 200);
  });

  await t.test('the last one that is valid is revoked with a reason and a word only', async (t) => {
    const { html } = await app.page('/ui/access/tokens/main/revoke', headers);
    t.match(textOf(html, 'main'), /last valid admin token: nobody is admin until/);
    t.notMatch(textOf(html, 'main'), /becomes open/);
    const refused = await revoke('main', {});
    t.equal(refused.status, 422);
    t.match(await refused.json(), { error: { code: 'confirmation_required' } });
    t.equal((await revoke('main', { reason: 'because', confirm: 'open' })).status, 204);
    t.equal((await app.json('/api/v1/operations')).status, 401, 'nothing opens');
  });
});
