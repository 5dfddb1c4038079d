// The operation audit-check on a running server whose ops.db another process falsifies.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { audit } from '../../src/audit/feature.ts';
import { headFile } from '../../src/audit/head-file.ts';
import { systemRequester } from '../../src/core/audit.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { falsify } from '../support/audit-log.ts';
import { queryOps, runCommand } from '../support/command-line.ts';
import { lookTwice, readPlaces } from '../support/checks.ts';
import { makeFolder } from '../support/folder.ts';

function addRows(app: TestApp, count: number) {
  for (let row = 0; row < count; row++)
    app.audit.record({ event: 'test.row', outcome: 'ok', by: systemRequester, detail: { row } });
}

t.test('a check verifies all rows while the server writes more', async (t) => {
  const app = await startApp(t);
  app.ops.transaction(() => addRows(app, 20_000))();
  const writing = setInterval(() => addRows(app, 1), 1);
  const job = await app.run('audit-check');
  clearInterval(writing);
  t.match(job, { status: 'succeeded', failure: null, result: { sealed: 0 } });
  const { rows, head_id, head_hash, ms } = job.result as Record<string, number | string>;
  t.ok(Number(rows) > 20_000);
  t.equal(rows, head_id);
  t.match(queryOps(app.root, `SELECT hash FROM audit WHERE id = ${head_id}`), [{ hash: head_hash }]);
  t.ok(Number.isInteger(ms));
  t.match(job.progress, { phase: 'verify', total: rows, done: rows });
  t.match((await app.page(`/jobs/${job.number}`)).text, /rows verified; the last is row /);
});

const cases: [title: string, sql: string, kind: string, row: number, message: RegExp][] = [
  [
    'changed',
    `UPDATE audit SET actor = 'eve' WHERE id = 12`,
    'changed',
    12,
    /^Row 12 of the audit log does not fit/,
  ],
  ['removed', 'DELETE FROM audit WHERE id IN (12, 13)', 'missing', 12, /lacks rows 12 to 13/],
  ['cut off', 'DELETE FROM audit WHERE id > 20', 'cut_off', 21, /^The audit log was cut off: rows 21 to/],
];

const restore = `
  DELETE FROM audit;
  INSERT INTO audit SELECT * FROM audit_copy;
  UPDATE sqlite_sequence SET seq = (SELECT max(id) FROM audit) WHERE name = 'audit'
`;

for (const [title, sql, kind, row, message] of cases)
  t.test(
    `a check names the first row that is ${title}, and the finding stays until a check passes`,
    async (t) => {
      const app = await startApp(t);
      addRows(app, 30);
      await app.use(audit).headKeeper.runOnce();
      fs.copyFileSync(path.join(app.root, 'audit.head'), path.join(app.root, 'head-before'));
      falsify(app.root, 'CREATE TABLE audit_copy AS SELECT * FROM audit');
      falsify(app.root, sql);
      const job = await app.run('audit-check');
      t.match(job, {
        status: 'failed',
        attempt: 1,
        failure: { code: 'exited', message, detail: { row, kind } },
      });
      const { text } = await app.page(`/jobs/${job.number}`);
      t.match(text, 'Find out who can write ops.db');
      await lookTwice(app);
      const places = await readPlaces(app);
      const sentence = 'The audit log is not as it was written';
      for (const place of [places.page, places.banner, places.findings, places.doctor])
        t.match(place, sentence);
      t.match(places.health, { status: 'degraded', components: { audit: { status: 'degraded' } } });
      t.match(JSON.stringify(app.parts.findings.open()), message.source.replace(/^\^/, ''));

      falsify(app.root, restore);
      fs.copyFileSync(path.join(app.root, 'head-before'), headFile(app.root));
      await lookTwice(app);
      t.equal(app.parts.findings.open().length, 1, 'only a check clears it');
      t.match(await app.run('audit-check'), { status: 'succeeded' });
      await lookTwice(app);
      t.same(app.parts.findings.open(), []);
    },
  );

t.test(
  'after a restart the rows that a cut has left are compared with the head of the server before',
  async (t) => {
    const root = makeFolder(t);
    const first = await startApp(t, { root });
    addRows(first, 30);
    await first.close();
    falsify(
      root,
      `DELETE FROM audit WHERE id > 20; UPDATE sqlite_sequence SET seq = 20 WHERE name = 'audit'`,
    );
    const app = await startApp(t, { root });
    await lookTwice(app);
    t.match(JSON.stringify(app.parts.findings.open()), /audit\.head names, is not in ops\.db/);
    t.match(await app.run('audit-check'), {
      status: 'failed',
      failure: { detail: { kind: 'cut_off', row: 21 } },
    });
  },
);

t.test('commands without a server continue the chain', async (t) => {
  const root = makeFolder(t);
  t.equal((await runCommand(root, ['token', 'create', '--name', 'one', '--role', 'viewer'])).code, 0);
  const app = await startApp(t, { root });
  t.equal((await runCommand(root, ['token', 'create', '--name', 'two', '--role', 'viewer'])).code, 0);
  t.match(await app.run('audit-check'), { status: 'succeeded' });
  await app.close();
  const byHand = await runCommand(root, ['audit-check', '--json']);
  t.equal(byHand.code, 0, byHand.err);
  t.match(queryOps(root, `SELECT count(*) AS count FROM audit WHERE hash IS NULL`), [{ count: 0 }]);
  t.match(
    queryOps(
      root,
      `SELECT event FROM audit WHERE event IN ('access.token_created', 'server.started') ORDER BY id`,
    ),
    [{ event: 'access.token_created' }, { event: 'server.started' }, { event: 'access.token_created' }],
  );
});

const spoilt: [title: string, spoil: (file: string) => void, message: RegExp][] = [
  ['empty', (file) => fs.writeFileSync(file, ''), /is not as the server writes it/],
  ['a pipe', (file) => void execFileSync('mkfifo', [file]), /is not a plain file/],
  ['a folder', (file) => fs.mkdirSync(file), /is a folder/],
  ['a link', (file) => fs.symlinkSync('/etc/hostname', file), /is a link/],
];

t.test('a check fails when audit.head cannot be used, and its finding stays until one passes', async (t) => {
  const app = await startApp(t);
  const { headKeeper } = app.use(audit);
  await headKeeper.runOnce();
  t.match(await app.run('audit-check'), { status: 'succeeded' });
  const says = () => (app.use(audit).chainCheck.look() as { says: string }).says;
  for (const [title, spoil, message] of spoilt) {
    fs.rmSync(headFile(app.root), { recursive: true, force: true });
    spoil(headFile(app.root));
    const job = await app.run('audit-check');
    t.match(job, { status: 'failed', failure: { message: /rows fit their hashes, but the end/ } }, title);
    t.match(JSON.stringify(job.failure), message);
    t.notMatch(JSON.stringify(job.failure), '"kind"');
    await lookTwice(app);
    const titles = app.parts.findings.open().map((one) => one.title);
    t.ok(titles.includes('The audit log could not be checked'), titles.join());
    t.notOk(titles.includes('The audit log is not as it was written'));
    t.match(says(), /^Last proven by #\d+ at .* UTC; audit check #\d+ could not finish$/);
  }
  fs.rmSync(headFile(app.root));
  await headKeeper.runOnce();
  t.match(await app.run('audit-check'), { status: 'succeeded' });
  await lookTwice(app);
  t.same(
    app.parts.findings.open().map((one) => one.title),
    [],
  );
  t.equal(says(), 'Nothing changed or missing');
});

t.test('a server starts and writes on after rows that it never writes', async (t) => {
  const root = makeFolder(t);
  const first = await startApp(t, { root });
  addRows(first, 5);
  falsify(
    root,
    `UPDATE audit SET actor = x'00ff', detail = x'00' WHERE id = 3;
    INSERT INTO audit (id, at, actor, event, outcome) VALUES (9223372036854775806, x'00', x'ff', x'01', 'ok')`,
  );
  addRows(first, 5);
  await first.close();
  const app = await startApp(t, { root });
  addRows(app, 5);
  t.equal((await app.page('/audit')).status, 200);
  t.equal((await app.page('/audit/3')).status, 200);
  t.equal((await app.page('/activity')).status, 200);
  t.match(await app.run('audit-check'), {
    status: 'failed',
    failure: { detail: { kind: 'changed', row: 3 } },
  });
  await lookTwice(app);
  t.match(JSON.stringify(app.parts.findings.open()), /Row 3 of the audit log does not fit/);
});
