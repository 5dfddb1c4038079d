import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import type { Finding } from '../../src/cli/doctor.ts';
import { startApp } from '../support/app.ts';
import { type Ended, runCommand } from '../support/command-line.ts';
import { startService } from '../support/embedding-service.ts';
import { makeRoot } from '../support/engine.ts';
import { isAvailable } from '../support/tracking.ts';

const examine = (root: string, env: Record<string, string> = {}) =>
  runCommand(root, ['doctor', '--json'], env);
const findingsOf = ({ out }: Ended): Finding[] => JSON.parse(out).findings;
const of = (ended: Ended, part: string) => findingsOf(ended).filter((finding) => finding.part === part);

t.test('a new folder is ok, and nothing is created in it', async (t) => {
  const root = path.join(makeRoot(t), 'new');
  const ended = await runCommand(path.dirname(root), ['doctor'], { CHL_EXPERIENCE_ROOT: root });
  t.equal(ended.code, 0);
  const parts = [
    'Node.js',
    'SQLite',
    'programs',
    'data folder',
    'library',
    'jobs',
    'index',
    'embedder',
    'workers',
    'Google',
    'server',
    'disk',
  ];
  for (const part of parts) t.match(ended.out, new RegExp(`^ok +${part} `, 'm'));
  t.notOk(fs.existsSync(root));
});

t.test('it says how the processes of scripts are found', async (t) => {
  const root = makeRoot(t);
  const expected = isAvailable('namespace')
    ? { status: 'ok', text: /PID namespace/ }
    : isAvailable('cgroup')
      ? { status: 'ok', text: /control group/ }
      : { status: 'ok', text: /not always found: this system does not allow/ };
  t.match(of(await examine(root), 'processes'), [expected]);
  const asked = await examine(root, { CHL_PROCESS_TRACKING: 'group' });
  t.match(of(asked, 'processes'), [
    { status: 'ok' },
    { status: 'info', text: /CHL_PROCESS_TRACKING is group/ },
  ]);
});

t.test('a running server is named, and tells what its checks have found', async (t) => {
  const app = await startApp(t, { env: { CHL_PROT: '1' } });
  await app.run('import', { mode: 'replace' });
  await app.run('index');
  const ended = await examine(app.root);
  t.equal(ended.code, 0);
  t.match(of(ended, 'server'), [{ status: 'ok', text: `Running at ${app.origin}, process ${process.pid}` }]);
  t.match(of(ended, 'Index'), [{ status: 'ok', text: '72 vectors' }]);
  t.match(of(ended, 'Databases'), [{ status: 'ok', text: /^72 entries/ }]);
  t.match(of(ended, 'configuration'), [{ status: 'warning', text: /CHL_PROT is set, but/ }]);
});

t.test('without a server, whole files are read', async (t) => {
  const app = await startApp(t);
  await app.run('import', { mode: 'replace' });
  await app.run('index');
  await app.close();
  const ended = await examine(app.root);
  t.equal(ended.code, 0);
  t.match(of(ended, 'server'), [{ status: 'ok', text: /^Not running\. .*running parts need it/ }]);
  t.match(of(ended, 'index'), [{ status: 'ok', text: /^72 vectors in gen-.*, intact$/ }]);
  t.match(of(ended, 'library'), [{ status: 'ok', text: /chl\.db, .* intact$/ }]);
});

t.test('broken files are errors with the next step, and the other parts are still checked', async (t) => {
  const root = makeRoot(t);
  fs.writeFileSync(
    path.join(root, 'chl.db'),
    'this is not a database, but it is long enough to look like one',
  );
  const pointer = path.join(root, 'faiss_index/current');
  fs.mkdirSync(path.dirname(pointer));
  fs.writeFileSync(pointer, 'gen-20260101000000000-1\n');
  const ended = await examine(root);
  t.equal(ended.code, 1);
  t.match(of(ended, 'library'), [{ status: 'error', text: /chl\.db is not a SQLite database/ }]);
  t.match(of(ended, 'index'), [{ status: 'error' }]);
  t.match(of(ended, 'disk'), [{ status: 'ok' }]);
});

t.test('a problem of operations.yaml is a warning with its line and column', async (t) => {
  const root = makeRoot(t);
  const file = path.join(root, 'operations.yaml');
  fs.writeFileSync(file, 'operations:\n  - name: a\n  - { name: b, title: B, summary: S., command: [x] }\n');
  const ended = await examine(root);
  t.equal(ended.code, 0);
  t.match(of(ended, 'custom operations'), [
    {
      status: 'warning',
      text: /^1 custom operation is left out\. operations\.yaml, line 2, column 5: title is missing\. Add it\. line 2, column 5: \w+ is missing/,
    },
  ]);
});

t.test(
  'the embedding service is tested, and a model that differs from that of the library is reported',
  async (t) => {
    const app = await startApp(t);
    await app.run('import');
    await app.close();
    const service = await startService(t);
    const env = { CHL_EMBEDDING_URL: service.url, CHL_EMBEDDING_MODEL: 'some/model' };
    t.match(of(await examine(app.root), 'embedder'), [
      {
        status: 'ok',
        text: 'chl/built-in-384, 384 dimensions; compares letters and words, not meaning',
      },
    ]);
    t.match(of(await examine(app.root, env), 'embedder'), [
      { status: 'warning', text: /is embedded with chl\/built-in-384; the settings name some\/model\./ },
    ]);
    await service.stop();
    const down = await examine(app.root, env);
    t.equal(down.code, 1);
    t.match(of(down, 'embedder'), [
      { status: 'error', text: /cannot be used: nothing listens there\. Start it/ },
    ]);
  },
);

t.test('missing programs and invalid settings are reported', async (t) => {
  const root = makeRoot(t);
  const noPrograms = await examine(root, { PATH: '/nowhere' });
  t.match(of(noPrograms, 'programs'), [
    { status: 'error', text: /flock is missing\. Install util-linux\.$/ },
    { status: 'warning', text: /setpriv is missing\./ },
  ]);
  const wrong = await examine(root, { CHL_PORT: 'many' });
  t.equal(wrong.code, 1);
  t.match(findingsOf(wrong), [{ part: 'configuration', status: 'error', text: /^CHL_PORT is "many"/ }]);
  t.match(of(await examine(root, { CHL_PROT: '1' }), 'configuration'), [
    { status: 'warning', text: /CHL_PROT is set, but this version does not know it\. Unset it\.$/ },
  ]);
});
