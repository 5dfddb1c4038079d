// A server that other machines reach: when it starts, and that it never opens.
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { refuseExposure } from '../../src/access/exposure.ts';
import { childEnvironment } from '../../src/core/config.ts';
import { maskerFor, readSecrets } from '../../src/core/secrets.ts';
import { ownHosts } from '../../src/core/host.ts';
import { startApp } from '../support/app.ts';
import { runHere } from '../support/command-line.ts';
import { makeFolder } from '../support/folder.ts';

const remote = { CHL_HOST: '0.0.0.0', CHL_ALLOW_REMOTE: '1', CHL_OPERATIONS_MODE: 'noop' };
const secret = 'canary-of-the-environment';

t.test('a host that is not loopback needs a consent and a token', async (t) => {
  const { CHL_ALLOW_REMOTE: _, ...unasked } = remote;
  await t.rejects(startApp(t, { env: unasked }), {
    code: 'config',
    message:
      'CHL_HOST is "0.0.0.0", at which other machines reach this server. If you want that, set CHL_ALLOW_REMOTE=1, and create a token with "npm run chl -- token create --name NAME --role admin". Otherwise set CHL_HOST to 127.0.0.1.',
  });
  const host = '0.0.0.0';
  t.throws(() => refuseExposure({ host, allowRemote: true }, false), /If you want that, create a token/);
  t.throws(
    () => refuseExposure({ host, allowRemote: false }, true),
    /If you want that, set CHL_ALLOW_REMOTE=1\. Otherwise/,
  );
  t.doesNotThrow(() => refuseExposure({ host, allowRemote: true }, true));
});

t.test('it starts with a token of the table, and stays closed when that expires', async (t) => {
  const root = makeFolder(t);
  const created = await runHere(root, [
    'token',
    'create',
    '--name',
    'main',
    '--role',
    'admin',
    '--expires',
    '30d',
  ]);
  let ms = Date.now();
  const app = await startApp(t, { root, env: remote, now: () => new Date(ms) });
  const headers = { authorization: `Bearer ${created.out.trim()}` };
  t.match(app.origin, /^http:\/\/127\.0\.0\.1:/);
  t.equal((await app.json('/api/v1/tokens')).status, 401);
  t.equal((await app.json('/api/v1/tokens', undefined, headers)).status, 200);
  t.equal(
    (await runHere(root, ['jobs'], { CHL_TOKEN: created.out.trim() })).code,
    0,
    'the command line finds it',
  );

  const revoke = async (confirm: string) => {
    const revoked = await fetch(`${app.origin}/api/v1/tokens/main`, {
      method: 'DELETE',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ reason: 'because', confirm }),
    });
    return { status: revoked.status, body: await revoked.json() };
  };
  t.match(await revoke('yes'), { status: 422, body: { error: { code: 'confirmation_required' } } });
  t.match(await revoke('open'), {
    status: 409,
    body: { error: { code: 'wrong_state', message: /last admin token, and other machines/ } },
  });

  const wanted = { name: 'short', role: 'admin', expires_at: new Date(ms + 1000).toISOString() };
  t.equal((await app.json('/api/v1/tokens', wanted, headers)).status, 201);
  ms += 2000;
  t.equal((await revoke('open')).status, 409, 'the other one has expired');

  ms += 31 * 86_400_000;
  t.equal((await app.json('/api/v1/tokens', undefined, headers)).status, 401, 'it has expired');
  t.equal((await app.json('/api/v1/operations')).status, 401, 'and nothing is open');
});

t.test('the address of the host is a name of the server, a wildcard is none', async (t) => {
  t.ok(ownHosts(8000, '192.168.1.5').includes('192.168.1.5:8000'));
  t.ok(ownHosts(8000, 'FD00:0::1').includes('[fd00::1]:8000'));
  t.ok(ownHosts(80, 'Box.lan').includes('box.lan'));
  for (const wildcard of ['0.0.0.0', '::', '127.0.0.1', 'localhost'])
    t.equal(ownHosts(8000, wildcard).length, 3, wildcard);
});

t.test('the host itself passes the guard; no child gets a token, and a log masks it', async (t) => {
  const env = { CHL_HOST: '127.0.0.2', CHL_ACCESS_TOKEN: secret, CHL_OPERATIONS_MODE: 'noop' };
  const app = await startApp(t, { env });
  t.match(app.origin, /^http:\/\/127\.0\.0\.2:/);
  const authorization = `Bearer ${secret}`;
  t.equal((await app.json('/api/v1/operations', undefined, { authorization })).status, 200);
  const names = ['CHL_ACCESS_TOKEN', 'CHL_TOKEN', 'CHL_TOKEN_FILE'];
  for (const name of names) process.env[name] = secret;
  t.teardown(() => {
    for (const name of names) delete process.env[name];
  });
  const environment = childEnvironment(app.config, {});
  t.notMatch(JSON.stringify(environment), secret);
  const { text } = maskerFor(readSecrets(app.config, { script: 'import' }));
  t.notMatch(text(`read from .env: ${secret}`), secret);
  t.notMatch(JSON.stringify(fs.readFileSync(path.join(app.root, 'ops.db'), 'latin1')), secret);
});
