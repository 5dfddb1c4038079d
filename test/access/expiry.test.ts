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

t.test('an end that is no time, or lies behind the year 9999, is refused', async (t) => {
  const app = await startApp(t);
  const create = (name: string, expires_at: string) =>
    app.json('/api/v1/tokens', { name, role: 'viewer', expires_at });
  const wrong = [
    '99999-01-01',
    '+275760-09-13T00:00:00Z',
    '2027-02-30',
    '2027-04-31T10:00:00Z',
    '2027',
    'soon',
  ].concat(['1 March 2027', '2027-03-01T25:00:00Z', '9999-12-31T23:00:00-02:00', '2027-13-01']);
  for (const at of wrong) t.equal((await create('wrong', at)).status, 422, at);
  const ends = {
    '2027-03-01': '2027-03-01T00:00:00.000Z',
    '2028-02-29T10:30': '2028-02-29T10:30:00.000Z',
    '2027-03-01T00:00:00+01:00': '2027-02-28T23:00:00.000Z',
    '9999-12-31T23:59:59.999Z': '9999-12-31T23:59:59.999Z',
  };
  for (const [at, end] of Object.entries(ends))
    t.match(
      await create(`until ${at.replaceAll(/[:+]/g, '')}`, at),
      { status: 201, body: { expires_at: end } },
      at,
    );
});

t.test('a secret in the name of a token is refused, and kept nowhere', async (t) => {
  const secret = '0123456789abcdef0123456789abcdef';
  const app = await startApp(t, { env: { CHL_ACCESS_TOKEN: secret } });
  const headers = { authorization: `Bearer ${secret}` };
  const { status } = await app.json('/api/v1/tokens', { name: secret, role: 'viewer' }, headers);
  t.equal(status, 422);
  const form = { name: secret, role: 'viewer', expires: '' };
  const answer = await app.submit('/ui/access/tokens', form, headers);
  t.equal(answer.status, 422);
  t.notMatch(await answer.text(), secret);
  const kept = app.ops.prepare('SELECT target, detail FROM audit').all();
  t.notMatch(JSON.stringify(kept), secret);
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
