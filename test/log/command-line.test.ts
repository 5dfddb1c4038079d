// `chl log` prints what the API answers, with and without a server, and follows.
import '../support/plain-children.ts';
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { startApp } from '../support/app.ts';
import { runHere, startCommand } from '../support/command-line.ts';
import { makeFolder } from '../support/folder.ts';

const env = { CHL_OPERATIONS_MODE: 'noop', CHL_SLOW_REQUEST_MS: '60000' };

t.test('the command lists and searches the log, oldest first', async (t) => {
  const app = await startApp(t, { env });
  app.log.warn({ number: 12, request_id: 'abcd1234' }, 'the disk\nis full');
  app.log.error('the disk is gone');
  const run = (...words: string[]) => runHere(app.root, ['log', ...words]);
  const { code, out } = await run('disk', '--since', '1h');
  t.equal(code, 0);
  t.match(
    out,
    /^\S+Z WARN {2}the disk is full \(job #12, request abcd1234\)\n\S+Z ERROR the disk is gone\nNo older lines\.\n$/,
  );
  t.match((await run('--level', 'error')).out, /^\S+Z ERROR the disk is gone\n/);
  t.match((await run('--job', '12')).out, /is full/);
  t.match((await run('--request', 'abcd1234')).out, /is full/);
  t.match((await run('no-line-says-this')).out, /^No lines\.\n$/);
  t.match((await run('--limit', '1')).out, /There are older lines/);
  t.match(JSON.parse((await run('gone', '--json')).out), { items: [{ level: 'error' }] });
  t.match(await run('--since', 'never'), { code: 2, err: /"never" is not a time/ });
  t.match(await run('--level', 'loud'), { code: 2 });
});

t.test('it follows until it is interrupted', async (t) => {
  const app = await startApp(t, { env });
  app.log.warn('the first');
  const following = startCommand(app.root, ['log', '--follow', '--level', 'warn']);
  await following.prints(/the first/);
  app.log.info({ event: 'x' }, 'not this one');
  for (let at = 1; at <= 450; at++) app.log.warn(`line ${at}.`);
  await following.prints(/line 450\./);
  following.child.kill('SIGINT');
  const { code, out } = await following.ended;
  t.equal(code, 0);
  t.strictSame(
    [...out.matchAll(/line (\d+)\./g)].map(([, at]) => Number(at)),
    Array.from({ length: 450 }, (_, at) => at + 1),
    'each once, in order',
  );
  t.notMatch(out, 'not this one');
});

t.test('it follows over a restart of the server', async (t) => {
  const root = makeFolder(t);
  const first = await startApp(t, { env, root });
  first.log.warn('before the restart');
  const following = startCommand(root, ['log', '--follow', '--level', 'warn']);
  await following.prints(/before the restart/);
  await first.close();
  await following.prints(/Waiting for the server/);
  const second = await startApp(t, { env: { ...env, CHL_PORT: new URL(first.origin).port }, root });
  second.log.warn('after the restart');
  await following.prints(/after the restart/);
  following.child.kill('SIGINT');
  t.match(await following.ended, { code: 0, err: '' });
});

t.test('without a server it shows what is kept, and does not follow', async (t) => {
  const app = await startApp(t, { env });
  app.log.warn('before the end');
  await app.close();
  const run = (...words: string[]) => runHere(app.root, ['log', ...words]);
  t.match(await run('before'), { code: 0, out: /before the end\n/ });
  t.match(await run('--follow'), { code: 1, err: /No server is running/ });
  const slow = { CHL_SLOW_REQUEST_MS: '10' };
  await runHere(app.root, ['log'], slow);
  t.notMatch(
    (await runHere(app.root, ['log'], slow)).out,
    'was answered',
    'its own requests are not slow ones',
  );
  fs.truncateSync(path.join(app.root, 'log.db'), 5000);
  t.match(await run('before'), {
    code: 0,
    out: /^No older lines: log\.db was damaged, so it was made again at \S+Z\.\n$/,
  });
  t.match(await run('no-line-says-this'), { code: 0, out: /^No lines\.\n$/ });
});
