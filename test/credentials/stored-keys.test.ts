// Keys after a restart, and keys that the environment names.
import '../support/plain-children.ts';
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { startApp } from '../support/app.ts';
import { createKeyRequests, startWithKey } from '../support/credentials.ts';
import { textOf } from '../support/screen.ts';
import { makeFolder } from '../support/folder.ts';

t.test('a saved key is used after a restart, and what the environment names is locked', async (t) => {
  const root = makeFolder(t, { secrets: { 'mine.txt': 'x' } });
  const { env, goodKey } = await startWithKey(t);
  const first = await startApp(t, { root, env });
  await createKeyRequests(first).upload('google', goodKey);
  await first.close();
  const left = path.join(root, 'secrets', 'google-20200101T000000Z-abcd.json');
  fs.writeFileSync(left, goodKey, { mode: 0o600 });
  const second = await startApp(t, { root, env });
  const saved = second.config.google.keyFile ?? '';
  t.match(saved, /secrets\/google-2/);
  t.equal(fs.existsSync(left), false, 'what a crash has left is removed');
  t.ok(fs.existsSync(path.join(root, 'secrets', 'mine.txt')));
  fs.chmodSync(saved, 0o644);
  await second.close();

  const third = await startApp(t, { root, env });
  const requests = createKeyRequests(third);
  t.match((await requests.read('google')).in_use.problem, /Run: chmod 600/);
  const { html } = await third.page('/settings/credentials');
  t.match(textOf(html, '[aria-labelledby="h-google"]'), /Cannot be used.*Others can read/s);
  fs.chmodSync(saved, 0o600);
  t.match((await requests.check('google')).body.check, { status: 'ok' });
  t.equal(third.config.google.keyFile, saved);
  const key = String(JSON.parse(goodKey).private_key).split('\n')[3] ?? '';
  t.ok(key.length > 60);
  for (const file of ['ops.db', 'ops.db-wal'])
    t.notOk(fs.readFileSync(path.join(root, file)).includes(key), `${file} has no part of the key`);
  await third.close();

  const named = path.join(root, 'named.json');
  fs.writeFileSync(named, goodKey, { mode: 0o600 });
  const fourth = await startApp(t, { root, env: { ...env, CHL_GOOGLE_KEY_FILE: named } });
  const locked = createKeyRequests(fourth);
  t.equal(fourth.config.google.keyFile, named);
  const refused = {
    status: 409,
    body: { error: { code: 'set_by_environment', message: /CHL_GOOGLE_KEY_FILE/ } },
  };
  t.match(await locked.upload('google', goodKey), refused);
  t.match(await locked.register('google', saved), refused);
  t.match(await locked.remove('google', 'it is old'), refused);
  t.match((await locked.check('google')).body, {
    variable: 'CHL_GOOGLE_KEY_FILE',
    check: { status: 'ok' },
    in_use: { path: named },
  });
  const page = (await fourth.page('/settings/credentials')).html;
  t.match(textOf(page, '[aria-labelledby="h-google"]'), /Set by CHL_GOOGLE_KEY_FILE in the environment/);
  t.equal(page.querySelector('#file-google'), null);
});
