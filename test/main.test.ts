// The process itself: what it says when it starts, and when it cannot.
import './support/plain-children.ts';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import t, { type Test } from 'tap';
import { packageRoot } from '../src/core/config.ts';

const main = path.join(packageRoot, 'dist/src/main.js');
const startMaxMs = 20_000;

type Environment = Record<string, string>;

function environment(root: string, more: Environment): Environment {
  return {
    PATH: process.env.PATH ?? '',
    CHL_EXPERIENCE_ROOT: path.join(root, 'data'),
    CHL_PORT: '0',
    CHL_WORKERS: '0',
    ...more,
  };
}

/** What a process that cannot start says, and its exit code. */
function refusal(root: string, more: Environment = {}) {
  const { stderr, status } = spawnSync(process.execPath, [main], {
    cwd: root,
    env: environment(root, more),
    encoding: 'utf8',
    timeout: startMaxMs,
  });
  return { said: stderr, status };
}

/** A server that is ready; it is ended with the test. */
async function start(
  t: Test,
  root: string,
  more: Environment = {},
): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [main], { cwd: root, env: environment(root, more) });
  t.teardown(() => child.kill('SIGKILL'));
  let said = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', () => reject(new Error(`the server ended: ${said}`)));
    child.stderr.on('data', (chunk) => {
      said += chunk;
      const found = /ready: (http:\/\/\S+)\/operations/.exec(said);
      if (found?.[1]) resolve(found[1]);
    });
  });
  return { child, url };
}

t.test(
  'the first start makes the data root, seeds the published sheet, and says where it listens',
  async (t) => {
    const root = t.testdir();
    const { child, url } = await start(t, root);
    t.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
    t.equal((await fetch(`${url}/health`)).status, 200);
    const data = path.join(root, 'data');
    t.same(fs.readdirSync(path.join(data, 'sheets/published')).sort(), [
      'categories.csv',
      'experiences.csv',
      'manuals.csv',
    ]);
    t.equal(fs.statSync(data).mode & 0o077, 0, 'nobody else may look into it');

    await t.test('a second server for the same data names the first', async (t) => {
      const { said, status } = refusal(root);
      t.match(said, new RegExp(`in use by another server: .*"pid":${child.pid}`));
      t.equal(status, 1);
    });

    await t.test('SIGTERM ends it with exit code 0, and the data can be used again', async (t) => {
      const exit = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      t.equal(await exit, 0);
      const next = await start(t, root);
      t.equal((await fetch(`${next.url}/health`)).status, 200);
    });
  },
);

t.test('a port in use, a bad variable and a file that is no database are said in one line', async (t) => {
  const root = t.testdir({ data: { 'chl.db': 'this is no database, whatever its name says' } });
  const taken = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => taken.once('listening', resolve));
  t.teardown(() => taken.close());
  const { port } = taken.address() as net.AddressInfo;
  const refusals: [Environment, RegExp][] = [
    [
      { CHL_PORT: String(port), CHL_EXPERIENCE_ROOT: path.join(root, 'other') },
      new RegExp(`Port ${port} is in use`),
    ],
    [{ CHL_PORT: 'eighty' }, /CHL_PORT is "eighty"; allowed: a whole number from 0 to 65535/],
    [{ CHL_ACCESS_TOKEN: 'hunter2hunter2' }, /no login/],
    [{}, /chl\.db/],
  ];
  for (const [more, expected] of refusals) {
    const { said, status } = refusal(root, more);
    t.match(said, expected);
    t.notMatch(said, /\n\s+at |hunter2/, 'no stack, no secret');
    t.equal(status, 1);
  }
});
