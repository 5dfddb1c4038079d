// The data folder: one that cannot be used at the start, and one that goes away while the server runs.
import './support/plain-children.ts';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import t from 'tap';
import { packageRoot } from '../src/core/config.ts';
import { refuseFolder } from '../src/core/data-root.ts';
import { startApp } from './support/app.ts';
import { runHere } from './support/command-line.ts';
import { textOf } from './support/screen.ts';
import { mainFile, serverEnvironment, startServer } from './support/server.ts';
import { linkTo, makeFolder } from './support/folder.ts';

function startIn(root: string, command = [process.execPath, mainFile]) {
  const [file = '', ...args] = command;
  const env = { ...serverEnvironment('/'), CHL_EXPERIENCE_ROOT: root };
  return spawnSync(file, args, { cwd: os.tmpdir(), env, encoding: 'utf8', timeout: 20_000 });
}

t.test('a data folder that cannot be used is refused in one sentence', async (t) => {
  const folder = makeFolder(t, {
    file: 'text',
    dangling: linkTo('nowhere'),
    'to-file': linkTo('file'),
    loop: linkTo('loop'),
    used: { logs: 'text' },
    linked: { sheets: linkTo('../nowhere') },
    'file-as-lock': { 'server.lock': {} },
  });
  const long = 'x'.repeat(300);
  const at = (name: string) => path.join(folder, name);
  for (const [name, reason] of [
    ['file', `${at('file')} is not a folder`],
    ['file/data', `${at('file/data')} is below ${at('file')}, which is not a folder`],
    ['dangling', `${at('dangling')} is a link to ${at('nowhere')}, which is not a folder`],
    [
      'dangling/data',
      `${at('dangling/data')} is below ${at('dangling')}, which is a link to ${at('nowhere')}`,
    ],
    ['to-file', `${at('to-file')} is a link to ${at('file')}, which is not a folder`],
    ['loop', `${at('loop')} is a link to ${at('loop')}, which is not a folder`],
    ['used', `${at('used/logs')} is not a folder`],
    ['linked', `${at('linked/sheets')} is a link to ${at('nowhere')}, which is not a folder`],
    [long, `${at(long)} has a name that is too long`],
    // Node's recursive mkdir never returns from there.
    ['../../../../../../../../../../proc/chl', '/proc/chl cannot be created or written (ENOENT)'],
  ] as const) {
    const { stderr, status } = startIn(at(name));
    t.ok(stderr.startsWith(`CHL Operations cannot start. The data folder cannot be used: ${reason}`), stderr);
    t.match(stderr, /^[^\n]* Set CHL_EXPERIENCE_ROOT to a folder that you can write to\.\n$/, name);
    t.equal(status, 1, name);
  }
  t.match(
    startIn(at('file-as-lock')).stderr,
    /^CHL Operations cannot start\. The data folder \S+ cannot be locked: \S+server\.lock is a folder, not a file\. .*\n$/,
  );
  t.notOk(fs.existsSync(at('nowhere')), 'the target of a link is not created');
  const { out, code } = await runHere(at('dangling'), ['doctor']);
  t.match({ out, code }, { out: /dangling is a link to .*nowhere, which is not a folder/, code: 1 });
  t.match(await runHere(at('file'), ['jobs']), {
    err: /The data folder cannot be used: .*not a folder/,
    code: 1,
  });
});

t.test('a link to a folder may be the data folder', async (t) => {
  const folder = makeFolder(t, { real: {}, data: linkTo('real') });
  await startServer(t, folder);
  t.ok(fs.existsSync(path.join(folder, 'real/ops.db')));
});

t.test('the folder of another user, and a read-only one, are refused in one sentence', async (t) => {
  const folder = makeFolder(t);
  const message = (code: string) => refuseFolder(folder, Object.assign(new Error('no'), { code })).message;
  t.match(message('EROFS'), `${folder} is on a read-only file system. Set CHL_EXPERIENCE_ROOT`);
  const { uid } = fs.statSync(folder);
  t.match(
    message('EACCES'),
    `${folder} cannot be written by this user (it runs as user ${uid}; ${folder} belongs to user ${uid})`,
  );
});

t.test(
  'a server of an ordinary user names the owner',
  { skip: process.getuid?.() !== 0 && 'needs root' },
  async (t) => {
    const folder = makeFolder(t);
    for (const mode of [0o755, 0o700]) {
      fs.chmodSync(folder, mode);
      for (const root of [folder, path.join(folder, 'data')]) {
        const asOther = ['setpriv', '--reuid', '65534', '--clear-groups', process.execPath, mainFile];
        const { stderr, status } = startIn(root, asOther);
        t.match(
          stderr,
          `cannot start. The data folder cannot be used: ${root} cannot be written by this user (it runs as user 65534; ${folder} belongs to user 0)`,
        );
        t.equal(status, 1);
      }
    }
  },
);

const losses: Record<string, [lose: (root: string) => void, problem: RegExp]> = {
  'is removed': [(root) => fs.rmSync(root, { recursive: true }), /The data folder \S+ was removed/],
  'is moved': [(root) => fs.renameSync(root, `${root}-moved`), /The data folder \S+ was removed/],
  'is removed and created again': [
    (root) => {
      fs.renameSync(root, `${root}-moved`);
      fs.mkdirSync(root);
    },
    /The data folder \S+ was replaced/,
  ],
  'is replaced by a file': [
    (root) => {
      fs.renameSync(root, `${root}-moved`);
      fs.writeFileSync(root, '');
    },
    /The data folder \S+ was replaced/,
  ],
  'loses ops.db': [(root) => fs.rmSync(path.join(root, 'ops.db')), /The database \S+ops\.db was removed/],
  'loses chl.db': [(root) => fs.rmSync(path.join(root, 'chl.db')), /The database \S+chl\.db was removed/],
  'loses the log of ops.db': [
    (root) => fs.rmSync(path.join(root, 'ops.db-wal')),
    // A check that opens ops.db makes a new one.
    /The file \S+ops\.db-wal was (removed|replaced)/,
  ],
  'loses its lock': [
    (root) => fs.rmSync(path.join(root, 'server.lock')),
    /The file \S+server\.lock was removed/,
  ],
  'gets another chl.db': [
    (root) => {
      fs.copyFileSync(path.join(root, 'chl.db'), path.join(root, 'copy'));
      fs.renameSync(path.join(root, 'copy'), path.join(root, 'chl.db'));
    },
    /The database \S+chl\.db was replaced/,
  ],
};

for (const [title, [lose, problem]] of Object.entries(losses)) {
  t.test(
    `a data folder that ${title} while the server runs is reported, and nothing is changed`,
    async (t) => {
      const parent = makeFolder(t);
      const root = path.join(parent, 'data');
      fs.mkdirSync(root);
      const app = await startApp(t, { root });
      t.match(await app.json('/health'), {
        status: 200,
        body: { components: { data_folder: { detail: root } } },
      });
      lose(root);

      const { status, body } = await app.json('/health');
      t.match(
        { status, body },
        { status: 503, body: { components: { data_folder: { status: 'unhealthy', detail: problem } } } },
      );
      t.equal((await app.json('/readyz')).status, 503);
      for (const address of ['/api/v1/operations/export', '/api/v1/workers/pause']) {
        const { status, body } = await app.json(address, {});
        t.match(
          { status, body },
          { status: 503, body: { error: { code: 'temporary', message: problem } } },
          address,
        );
        t.match(body.error.message, /Stop the server, put the data back.* Nothing was changed\.$/);
      }
      t.match(textOf((await app.page('/operations')).html, '#ops-banners'), 'Nothing can be run or changed');
      t.equal(app.parts.listing.total(), 0);
      await app.close();
      t.pass('the server stops');
    },
  );
}

t.test('without its library one can still sign in, look again and mute', async (t) => {
  const root = makeFolder(t);
  const token = 'a-token-for-the-environment';
  const app = await startApp(t, { root, env: { CHL_ACCESS_TOKEN: token } });
  fs.renameSync(path.join(root, 'chl.db'), path.join(root, 'away'));
  const signedIn = await app.submit('/sign-in', { token, back: '/checks' });
  t.equal(signedIn.status, 303);
  const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  t.equal((await app.json('/api/v1/checks/run', {}, { cookie })).status, 200);
  const { body } = await app.json('/api/v1/findings', undefined, { cookie });
  const lost = body.items.find(({ text }: { text: string }) => /chl\.db was removed/.test(text));
  t.equal((await app.json(`/api/v1/findings/${lost?.id}/mute`, { for: '1h' }, { cookie })).status, 200);
  t.equal((await app.json('/api/v1/workers/pause', {}, { cookie })).status, 503);
  t.equal((await app.submit('/sign-out', {}, { cookie })).status, 303);
});

t.test('a server stops with exit code 0 after its data folder was removed', async (t) => {
  const folder = makeFolder(t);
  const { child, url } = await startServer(t, folder);
  fs.rmSync(path.join(folder, 'data'), { recursive: true });
  t.equal((await fetch(`${url}/health`)).status, 503);
  const exit = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  child.kill('SIGTERM');
  t.same(await exit, { code: 0, signal: null });
});

t.test(
  'a user whom the system does not know starts a server and a command',
  { skip: process.getuid?.() !== 0 && 'needs root' },
  async (t) => {
    const folder = makeFolder(t);
    fs.chmodSync(folder, 0o777);
    const cli = path.join(packageRoot, 'dist/src/cli.js');
    const asNobody = ['setpriv', '--reuid', '61234', '--clear-groups', process.execPath];
    const { stdout, stderr, status } = startIn(path.join(folder, 'data'), [...asNobody, cli, 'jobs']);
    t.match({ stdout, stderr, status }, { stdout: 'No jobs.', stderr: '', status: 0 });
  },
);
