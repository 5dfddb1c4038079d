// The server process: its output when it starts, and when it cannot.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import t from 'tap';
import { type Environment, mainFile, serverEnvironment, startServer } from './support/server.ts';
import { makeFolder } from './support/folder.ts';

const startMaxMs = 20_000;

/** The stderr and exit code of a process that cannot start. */
function refusal(root: string, more: Environment = {}) {
  const { stderr, status } = spawnSync(process.execPath, [mainFile], {
    cwd: root,
    env: serverEnvironment(root, more),
    encoding: 'utf8',
    timeout: startMaxMs,
  });
  return { printed: stderr, status };
}

t.test(
  'the first start creates the data root, seeds the published sheet, and prints its address',
  async (t) => {
    const root = makeFolder(t);
    const { child, url } = await startServer(t, root);
    t.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
    t.equal((await fetch(`${url}/health`)).status, 200);
    const data = path.join(root, 'data');
    t.same(fs.readdirSync(path.join(data, 'sheets/published')).sort(), [
      'categories.csv',
      'experiences.csv',
      'manuals.csv',
    ]);
    t.equal(fs.statSync(data).mode & 0o077, 0, 'other users have no access');

    await t.test('a second server for the same data names the first', async (t) => {
      const { printed, status } = refusal(root);
      t.match(printed, new RegExp(`in use by another server: .*"pid":${child.pid}`));
      t.equal(status, 1);
    });

    await t.test('SIGTERM ends it with exit code 0, and the data can be used again', async (t) => {
      const exit = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      t.equal(await exit, 0);
      const next = await startServer(t, root);
      t.equal((await fetch(`${next.url}/health`)).status, 200);
    });
  },
);

t.test(
  'a used port, an invalid variable and a file that is not a database are reported in one line',
  async (t) => {
    const root = makeFolder(t, { data: { 'chl.db': 'this is not a database, despite its name' } });
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
      [{ CHL_ACCESS_TOKEN: 'hunter2hunter2' }, /CHL_ACCESS_TOKEN has fewer than 16 characters/],
      [
        { CHL_HOST: '0.0.0.0', CHL_EXPERIENCE_ROOT: path.join(root, 'other') },
        /set CHL_ALLOW_REMOTE=1, and create a token .* Otherwise set CHL_HOST to 127\.0\.0\.1/,
      ],
      [
        {
          CHL_FAISS_INDEX_PATH: path.join(root, 'data/chl.db'),
          CHL_EXPERIENCE_ROOT: path.join(root, 'other'),
        },
        /chl\.db is a file, or below one, where a folder is expected\./,
      ],
      [{}, /chl\.db/],
    ];
    for (const [more, expected] of refusals) {
      const { printed, status } = refusal(root, more);
      t.match(printed, expected);
      t.notMatch(printed, /\n\s+at |hunter2/, 'no stack, no secret');
      t.equal(status, 1);
    }
  },
);
