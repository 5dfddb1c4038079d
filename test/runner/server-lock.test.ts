import '../support/plain-children.ts';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import { acquireServerLock, findLockHolder } from '../../src/runner/server-lock.ts';
import { childFile } from '../support/operations.ts';
import { makeFolder } from '../support/folder.ts';

const me = { pid: process.pid, url: 'http://127.0.0.1:9', since: '2026-08-01T10:00:00Z' };

/** Another server that holds the data root. */
async function startHolder(t: Test, root: string, since: string): Promise<ChildProcess> {
  const holder = spawn(process.execPath, [childFile('holds-the-server-lock'), root, since], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => holder.kill('SIGKILL'));
  await once(holder.stdout as NodeJS.ReadableStream, 'data');
  return holder;
}

t.test('the lock names its holder, for this user only', async (t) => {
  const root = makeFolder(t);
  const lock = acquireServerLock(root, me);
  t.same(JSON.parse(fs.readFileSync(path.join(root, 'server.lock'), 'utf8')), me);
  t.equal(fs.statSync(path.join(root, 'server.lock')).mode & 0o777, 0o600);
  lock.release();
});

t.test('a second server is refused with the holder and the next step', async (t) => {
  const root = makeFolder(t);
  const lock = acquireServerLock(root, me);
  const { pid, url } = me;
  t.throws(() => acquireServerLock(root, { ...me, pid: 1, url: 'http://other' }), {
    code: 'config',
    message: new RegExp(
      `in use by another server: .*"pid":${pid},"url":"${url}".*Stop it, or set CHL_EXPERIENCE_ROOT`,
    ),
  });
  t.same(JSON.parse(fs.readFileSync(path.join(root, 'server.lock'), 'utf8')), me, 'the name stays');
  lock.release();
  acquireServerLock(root, { ...me, url: 'x' }).release();
  t.same(
    JSON.parse(fs.readFileSync(path.join(root, 'server.lock'), 'utf8')).url,
    'x',
    'a shorter name is whole',
  );
});

t.test('reading or closing the lock file elsewhere in the process does not free it', async (t) => {
  const root = makeFolder(t);
  const lock = acquireServerLock(root, me);
  fs.closeSync(fs.openSync(path.join(root, 'server.lock'), 'r+'));
  t.throws(() => acquireServerLock(root, me), { code: 'config' });
  lock.release();
});

t.test('a killed holder frees the lock at once, whatever name is in the file', async (t) => {
  const root = makeFolder(t);
  const holder = await startHolder(t, root, 'earlier');
  t.throws(() => acquireServerLock(root, me), {
    code: 'config',
    message: new RegExp(`"pid":${holder.pid},.*"since":"earlier"`),
  });
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  acquireServerLock(root, me).release();
});

t.test('a child of the holder does not keep the lock', async (t) => {
  const root = makeFolder(t);
  const lock = acquireServerLock(root, me);
  const child = spawn('sleep', ['600'], { stdio: 'ignore', detached: true });
  t.teardown(() => child.kill('SIGKILL'));
  lock.release();
  acquireServerLock(root, me).release();
});

t.test('the holder can be read without taking the lock, with its address once it has one', async (t) => {
  const root = makeFolder(t);
  t.equal(findLockHolder(root), null, 'no file');
  const lock = acquireServerLock(root, { ...me, url: null });
  t.same(findLockHolder(root), { holder: { ...me, url: null } });
  for (const url of ['http://127.0.0.1:54321', 'http://[::1]:9']) {
    lock.update({ ...me, url });
    t.same(findLockHolder(root), { holder: { ...me, url } });
    t.same(
      JSON.parse(fs.readFileSync(path.join(root, 'server.lock'), 'utf8')).url,
      url,
      'a shorter one is whole',
    );
  }
  t.throws(() => acquireServerLock(root, me), {
    code: 'config',
    details: { holder: { url: 'http://[::1]:9' } },
  });
  lock.release();
  t.equal(findLockHolder(root), null, 'the file stays, the lock does not');
});
