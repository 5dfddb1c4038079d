import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { stoppedChecks } from '../../src/checks/installation/stopped-checks.ts';
import type { Finding } from '../../src/cli/doctor.ts';
import { prepareLibrary } from '../../src/core/db/library.ts';
import { openDatabase } from '../../src/core/db/open.ts';
import { prepareOps } from '../../src/core/db/ops.ts';
import { checksOfFiles, checksOfServer, headsOfOps } from '../../src/declared-checks.ts';
import { startApp } from '../support/app.ts';
import { type Ended, runCommand } from '../support/command-line.ts';
import { startService } from '../support/embedding-service.ts';
import { operator } from '../support/engine.ts';
import { isAvailable } from '../support/tracking.ts';
import { makeFolder } from '../support/folder.ts';

const examine = (root: string, env: Record<string, string> = {}) =>
  runCommand(root, ['doctor', '--json'], env);
const findingsOf = ({ out }: Ended): Finding[] => JSON.parse(out).findings;
const of = (ended: Ended, part: string) => findingsOf(ended).filter((finding) => finding.part === part);

t.test('a new folder is ok, and nothing is created in it', async (t) => {
  const root = path.join(makeFolder(t), 'new');
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
    'Disk space',
    'Sheets',
  ];
  for (const part of parts) t.match(ended.out, new RegExp(`^ok +${part} `, 'm'));
  t.notOk(fs.existsSync(root));
});

t.test('it says how the processes of scripts are found', async (t) => {
  const root = makeFolder(t);
  const expected = isAvailable('namespace')
    ? { status: 'ok', text: /PID namespace/ }
    : isAvailable('cgroup')
      ? { status: 'ok', text: /control group/ }
      : { status: 'ok', text: /not always found: this system does not allow/ };
  t.match(of(await examine(root), 'processes'), [expected]);
  const asked = await examine(root, { CHL_PROCESS_TRACKING: 'group' });
  t.match(of(asked, 'processes'), [
    { status: 'ok' },
    { status: 'info', text: /Tracking of processes is group \(CHL_PROCESS_TRACKING\).* Choose auto\./ },
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
  t.match(of(ended, 'server'), [{ status: 'ok', text: 'Not running. Start it with: npm start' }]);
  t.match(of(ended, 'index'), [{ status: 'ok', text: /^72 vectors in gen-.*, intact$/ }]);
  t.match(of(ended, 'library'), [{ status: 'ok', text: /chl\.db, .* intact$/ }]);
});

t.test('without a server, each check of a server looks, or is named as not looked at', async (t) => {
  const app = await startApp(t);
  await app.run('import');
  await app.parts.sourceChanges.put('drive', { kind: 'google', place: `1${'a'.repeat(43)}` }, operator);
  const ids = app.parts.checker.watches().map(({ check }) => check.id);
  const opsIds = headsOfOps.map(({ id }) => id);
  const alone = [...checksOfFiles(app.config).map(({ id }) => id), ...opsIds];
  t.same([...alone, ...checksOfServer.map(({ id }) => id)].sort(), ids.sort(), 'the lists have every check');
  const replacing = checksOfServer.flatMap(({ insteadIds = [] }) => insteadIds);
  t.same(
    stoppedChecks(app.config).map(({ id }) => id),
    replacing,
  );
  await app.close();
  const experiences = path.join(app.root, 'sheets/published/experiences.csv');
  const right = fs.readFileSync(experiences, 'utf8');
  fs.writeFileSync(experiences, right.replace(/\btitle\b/, 'titel'));
  const key = path.join(app.root, 'key.json');
  fs.writeFileSync(key, '{}', { mode: 0o644 });
  const broken = await examine(app.root, { CHL_GOOGLE_KEY_FILE: key });
  t.equal(broken.code, 1);
  t.match(of(broken, 'Sheets'), [
    { status: 'error', text: /^The sheet drive cannot be opened: its key cannot be used\./ },
    { status: 'error', text: /^The sheet published cannot be read\. .*“title” is missing/ },
  ]);
  t.match(of(broken, 'Google key'), [{ status: 'error', text: /chmod 600/ }]);
  t.match(of(broken, 'Google service account'), [{ status: 'ok' }], 'its file is judged once');
  t.match(of(broken, 'Restarts'), [{ status: 'ok', text: 'No crash in the last hour' }]);
  const unknown = findingsOf(broken).filter(({ status }) => status === 'unknown');
  t.same(
    unknown.map(({ part }) => part),
    checksOfServer.flatMap(({ title, insteadIds }) => (insteadIds ? [] : title)),
  );
  t.match(unknown[0]?.text, 'Not looked at: it needs the running server.');
  fs.writeFileSync(experiences, right);
  t.match(of(await examine(app.root), 'Sheets'), [{ text: /^The sheet drive cannot be opened/ }]);
});

t.test('a database that lacks a table of its version is an error, with the words of the start', async (t) => {
  const app = await startApp(t);
  await app.close();
  const cases = [
    { part: 'jobs', open: prepareOps, file: app.config.opsDatabasePath, table: 'setting' },
    { part: 'jobs', open: prepareOps, file: app.config.opsDatabasePath, table: 'access_token' },
    { part: 'library', open: prepareLibrary, file: app.config.databasePath, table: 'ops_origin' },
  ];
  for (const { part, open, file, table } of cases) {
    const whole = fs.readFileSync(file);
    const db = openDatabase(file, { busyMs: 1000 });
    db.exec(`DROP TABLE ${table}`);
    db.close();
    const text = new RegExp(`lacks the column ${table}\\.\\w+, although its version has it`);
    t.throws(() => open(file), { message: text });
    const ended = await examine(app.root);
    t.equal(ended.code, 1);
    t.match(of(ended, part), [{ status: 'error', text }]);
    fs.writeFileSync(file, whole);
  }
  t.equal((await examine(app.root)).code, 0);
});

t.test('an ops.db that cannot be read leaves the checks that need it unknown', async (t) => {
  const root = makeFolder(t);
  fs.writeFileSync(path.join(root, 'ops.db'), 'this is no database, but it is long enough to look like one');
  const ended = await examine(root);
  t.match(of(ended, 'jobs'), [{ status: 'error' }]);
  t.match(of(ended, 'Sheets'), [{ status: 'unknown', text: /ops\.db cannot be read/ }]);
});

t.test('broken files are errors with the next step, and the other parts are still checked', async (t) => {
  const root = makeFolder(t);
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
  t.match(of(ended, 'Disk space'), [{ status: 'ok' }]);
});

t.test('a problem of operations.yaml is a warning with its line and column', async (t) => {
  const root = makeFolder(t);
  const file = path.join(root, 'operations.yaml');
  fs.writeFileSync(file, 'operations:\n  - name: a\n  - { name: b, title: B, summary: S., command: [x] }\n');
  const ended = await examine(root);
  t.equal(ended.code, 0);
  t.match(of(ended, 'Custom operations'), [
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
  const root = makeFolder(t);
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
