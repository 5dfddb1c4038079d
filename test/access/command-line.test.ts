// Tokens on the command line: `chl token`, and how `chl` sends its own.
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { startApp } from '../support/app.ts';
import { queryOps, runHere } from '../support/command-line.ts';
import { makeFolder } from '../support/folder.ts';

const audited = `
  SELECT actor, event, outcome, target, reason, detail ->> '$.after.token' AS token, detail ->> '$.code' AS code
  FROM audit WHERE event LIKE 'access.%' ORDER BY id
`;

t.test('without a server', async (t) => {
  const root = makeFolder(t);

  await t.test('create prints the token alone, and list tells it by its first characters', async (t) => {
    const created = await runHere(root, [
      'token',
      'create',
      '--name',
      'night shift',
      '--role',
      'admin',
      '--expires',
      '30d',
    ]);
    t.equal(created.code, 0, created.err);
    t.match(created.out, /^chl_[\w-]{43}\n$/);
    const { items } = JSON.parse((await runHere(root, ['token', 'list', '--json'])).out);
    t.match(items, [{ name: 'night shift', role: 'admin', state: 'active', hint: created.out.slice(0, 8) }]);
    const days = (Date.parse(items[0].expires_at) - Date.now()) / 86_400_000;
    t.ok(days > 29.9 && days <= 30, `${days} days`);
    t.notMatch(fs.readFileSync(path.join(root, 'ops.db')).toString('latin1'), created.out.trim());
  });

  await t.test('what cannot be created is refused with all problems', async (t) => {
    const { code, err } = await runHere(root, [
      'token',
      'create',
      '--name',
      'environment',
      '--role',
      'king',
      '--expires',
      '1999-01-01',
    ]);
    t.equal(code, 2);
    t.match(err, /name environment is reserved.*\n.*viewer, operator, admin.*\n.*passed already/);
    t.match(
      (await runHere(root, ['token', 'create', '--name', 'night shift', '--role', 'viewer'])).err,
      /There is a token named night shift/,
    );
    t.match((await runHere(root, ['token', 'revoke', 'nobody'])).err, /no token named "nobody"/);
  });

  await t.test('a run by hand needs no token, because it reads the files itself', async (t) => {
    t.equal((await runHere(root, ['jobs'])).code, 0);
  });

  await t.test('the last admin token is revoked with a reason and a word only', async (t) => {
    t.match(
      (await runHere(root, ['token', 'revoke', 'night shift'])).err,
      /reason of at least 5.*\nType open to confirm/,
    );
    const words = ['--reason', 'moved to another host', '--confirm', 'open'];
    t.equal((await runHere(root, ['token', 'revoke', 'night shift', ...words])).code, 0);
    t.match((await runHere(root, ['token', 'list'])).out, /night shift +admin +revoked/);
    const actor = String(queryOps(root, audited)[0]?.actor);
    const rows = queryOps(root, audited);
    t.match(
      rows.filter(({ outcome }) => outcome === 'refused'),
      [
        { actor, event: 'access.token_created', target: 'token:environment', code: 'invalid_arguments' },
        { actor, event: 'access.token_created', target: 'token:night shift', code: 'invalid_arguments' },
        { actor, event: 'access.token_revoked', target: 'token:nobody', code: 'not_found' },
        { actor, event: 'access.token_revoked', target: 'token:night shift', code: 'confirmation_required' },
      ],
      'refusals have rows, too',
    );
    t.match(
      rows.filter(({ outcome }) => outcome === 'ok'),
      [
        { actor, event: 'access.token_created', target: 'token:night shift', token: 'set' },
        {
          actor,
          event: 'access.token_revoked',
          target: 'token:night shift',
          token: 'not set',
          reason: 'moved to another host',
        },
      ],
    );
  });
});

t.test('with a server', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  const { root } = app;
  const chl = (words: string[], env: Record<string, string> = {}) => runHere(root, words, env);
  t.equal((await chl(['jobs'])).code, 0, 'open at first');
  const token = (await chl(['token', 'create', '--name', 'lost', '--role', 'admin'])).out.trim();

  await t.test('the server asks for the token with its next request', async (t) => {
    t.equal((await app.json('/api/v1/tokens')).status, 401);
    const { status, body } = await app.json('/api/v1/tokens', undefined, {
      authorization: `Bearer ${token}`,
    });
    t.equal(status, 200);
    t.match(body.items, [{ name: 'lost', role: 'admin', state: 'active', sessions: 0 }]);
  });

  await t.test('a command without a token, or with a wrong one, names both variables', async (t) => {
    const without = await chl(['jobs']);
    t.equal(without.code, 1);
    t.match(without.err, /^The server at http\S+ needs a token: set CHL_TOKEN .* CHL_TOKEN_FILE .*\.\n$/);
    const wrong = await chl(['jobs'], { CHL_TOKEN: 'chl_wrong' });
    t.match(
      wrong.err,
      /^The server at http\S+ does not know the token in CHL_TOKEN or CHL_TOKEN_FILE, or it was revoked\.\n$/,
    );
  });

  await t.test('the token comes from a variable, or from a file that only its owner reads', async (t) => {
    t.equal((await chl(['jobs'], { CHL_TOKEN: token })).code, 0);
    const file = path.join(root, 'token');
    fs.writeFileSync(file, `${token}\n`, { mode: 0o644 });
    fs.chmodSync(file, 0o644);
    const open = await chl(['jobs'], { CHL_TOKEN_FILE: file });
    t.equal(open.code, 1);
    t.match(open.err, `to which other users have access. Run: chmod 600 ${file}`);
    t.notMatch(open.err, token);
    fs.chmodSync(file, 0o600);
    t.equal((await chl(['jobs'], { CHL_TOKEN_FILE: file })).code, 0);
    t.match((await chl(['jobs'], { CHL_TOKEN_FILE: `${file}s` })).err, /no such file/);
  });

  await t.test('a revoked token is refused with the next request', async (t) => {
    await chl(['token', 'create', '--name', 'other', '--role', 'admin']);
    t.equal((await chl(['token', 'revoke', 'lost'])).code, 0, 'it is not the last one');
    t.equal((await chl(['jobs'], { CHL_TOKEN: token })).code, 1);
  });
});
