// The last admin token ends by itself.
import t from 'tap';
import { startApp } from '../support/app.ts';

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
