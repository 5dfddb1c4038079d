// `chl restore-ops`: ops.db goes back to a backup, while no server runs.
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { headFile } from '../../src/audit/head-file.ts';
import { type Manifest, writeManifest } from '../../src/backup-store/manifest.ts';
import { setFile } from '../../src/backup-store/set-files.ts';
import { openDatabase } from '../../src/core/db/open.ts';
import { createWebhookRepository } from '../../src/webhook-store/webhook-repository.ts';
import { createWindowRepository } from '../../src/window-store/window-repository.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { writeSet } from '../support/backup-set.ts';
import { queryOps, runHere } from '../support/command-line.ts';
import { damageTable } from '../support/damage.ts';
import { endJob, insertJob, library } from '../support/job-repository.ts';
import { makeFolder } from '../support/folder.ts';
import { webhookRow } from '../support/webhooks.ts';

const id = '20261128T020000Z-2';
const words = ['restore-ops', id, '--reason', 'a test needs it', '--confirm', 'restore'];

/** Without those of readers. */
const filesIn = (root: string) =>
  fs.readdirSync(root).filter((name) => !name.endsWith('-wal') && !name.endsWith('-shm'));

const create = (root: string, name: string, role: string) =>
  runHere(root, ['token', 'create', '--name', name, '--role', role]);

/** A set whose ops.db has a job that waits and one that runs, the tokens `old` and `both`, a session and a maintenance window. */
async function makeSet(app: TestApp) {
  const { repository, config } = app.parts;
  await create(app.root, 'old', 'viewer');
  await create(app.root, 'both', 'viewer');
  app.ops.exec(`INSERT INTO session VALUES ('hash', 'old', '2026-11-28', '2026-11-28', NULL)`);
  const windows = createWindowRepository(app.ops);
  const [begins, ends] = ['2026-11-28T00:00:00.000Z', '2099-11-28T00:00:00.000Z'];
  const times = { starts_at: begins, ends_at: ends, created_at: begins };
  const window = windows.insert({ level: 'frozen', reason: 'a new disk', created_by: 'anna', ...times });
  windows.begin(window.id, begins);
  const waiting = insertJob(repository, { operation: 'import', claims: [library] });
  const running = insertJob(repository, { operation: 'index' });
  repository.start(running.id);
  const { id: last } = app.ops.prepare('SELECT id FROM audit ORDER BY id DESC').get() as { id: number };
  addDelivery(app);
  await writeSet(config, id, app.library, { files: { 'ops.db': app.ops } });
  windows.end(window.id, '2026-11-28T01:00:00.000Z', 'anna');
  endJob(repository, waiting, 'succeeded');
  const started = repository.find(running.id);
  if (started) repository.finish(started, { status: 'succeeded' }, () => {});
  return { last, waiting, running };
}

/** One that waits; its webhook has seen no event. */
function addDelivery({ ops }: TestApp) {
  createWebhookRepository(ops).put(webhookRow('chat', { events: ['library.restored'] }));
  ops.exec(`
    INSERT INTO webhook_delivery (webhook, audit_id, event, body, status, created_at, next_at)
    VALUES ('chat', 1, 'library.restored', '{}', 'retrying', '2026-11-28T00:00:00.000Z', '2999-01-01T00:00:00.000Z')
  `);
}

t.test('history goes back; tokens, job numbers and the chain of the audit log do not', async (t) => {
  const root = makeFolder(t);
  const app = await startApp(t, { root });
  const { last, waiting, running } = await makeSet(app);
  await runHere(root, ['token', 'revoke', 'old']);
  await create(root, 'new', 'viewer');
  const { number: newest } = insertJob(app.parts.repository, { operation: 'export' });

  const refused = await runHere(root, words);
  t.equal(refused.code, 75);
  t.match(
    refused.err,
    /is in use by process \d+\. Stop the server, then run restore-ops again\. Nothing was changed/,
  );
  await app.close();
  const [end] = queryOps(root, 'SELECT max(id) AS id FROM audit');
  const unconfirmed = await runHere(root, ['restore-ops', id, '--reason', 'why']);
  t.equal(unconfirmed.code, 2);
  t.match(unconfirmed.err, /Write a reason.*\nType restore to confirm/);

  const { code, out, err } = await runHere(root, words);
  t.equal(code, 0, err);
  const kept = filesIn(root).filter((name) => name.startsWith('ops.db'));
  t.match(kept, ['ops.db', /^ops\.db\.replaced-\d{8}T\d{6}Z$/]);
  t.strictSame(
    fs.readdirSync(root).filter((name) => name.startsWith('ops.db.replaced-')),
    [kept[1]],
    'whole without a log',
  );
  t.match(
    out,
    `The audit log goes on after row ${last}; rows ${last + 1} to ${end?.id} are in the replaced file only.`,
  );
  t.match(
    out,
    /3 tokens kept as they are now; 1 session ended; 2 unfinished jobs ended; 1 maintenance window ended\./,
  );
  const jobs = queryOps(
    root,
    `SELECT id, status, failure ->> '$.code' AS code FROM job ORDER BY number DESC LIMIT 2`,
  );
  t.strictSame(jobs, [
    { id: running.id, status: 'failed', code: 'lost' },
    { id: waiting.id, status: 'cancelled', code: null },
  ]);
  t.match(queryOps(root, 'SELECT cursor FROM webhook'), [{ cursor: last + 1 }], 'events from now on');
  t.match(queryOps(root, 'SELECT status, next_at FROM webhook_delivery'), [
    { status: 'failed', next_at: null },
  ]);
  t.strictSame(queryOps(root, 'SELECT * FROM job_claim'), []);
  t.strictSame(queryOps(root, 'SELECT * FROM session'), []);
  t.strictSame(queryOps(root, 'SELECT * FROM maintenance_window WHERE ended_at IS NULL'), []);
  t.match(queryOps(root, 'SELECT name, revoked_at IS NOT NULL AS gone FROM access_token ORDER BY name'), [
    { name: 'both', gone: 0 },
    { name: 'new', gone: 0 },
    { name: 'old', gone: 1 },
  ]);
  const [row] = queryOps(root, 'SELECT * FROM audit ORDER BY id DESC LIMIT 1');
  t.match(row, { id: last + 1, event: 'ops.restored', target: `backup:${id}`, reason: 'a test needs it' });
  t.match(JSON.parse(String(row?.detail)), {
    backup: id,
    lost: { from: last + 1, to: end?.id },
    sessions: 1,
  });
  t.equal(fs.statSync(path.join(root, 'ops.db')).mode & 0o777, 0o600);
  const replaced = openDatabase(path.join(root, kept[1] ?? ''), { busyMs: 1000, readonly: true });
  t.equal(replaced.prepare('SELECT max(id) FROM audit').pluck().get(), end?.id, 'the replaced file is whole');
  replaced.close();

  const again = await startApp(t, { root });
  const checked = await again.run('audit-check');
  t.match(checked, { status: 'succeeded', failure: null });
  t.equal(checked.number, newest + 1, 'no number is used twice');
  t.match((await again.page('/audit?event=server')).text, 'are only in ops.db.replaced-');
  await again.close();

  damageTable(path.join(root, 'ops.db'), 'sqlite_sequence');
  t.match(await runHere(root, words), { code: 0, out: /3 tokens kept as they are now/ });
  const afterDamage = await startApp(t, { root });
  t.equal((await afterDamage.run('audit-check')).number, checked.number + 1, 'nor after those were lost');
});

t.test('tokens that cannot be read are taken from the backup only when that is asked for', async (t) => {
  const whole = makeFolder(t);
  const app = await startApp(t, { root: whole });
  const { last } = await makeSet(app);
  await app.close();
  const end = queryOps(whole, 'SELECT max(id) AS id FROM audit')[0]?.id;
  fs.writeFileSync(path.join(whole, 'logs/41.log'), 'of a job that only the lost history has');
  let root = whole;
  for (const spoil of [
    (file: string) => fs.writeFileSync(file, 'no database'),
    (file: string) => fs.truncateSync(file, 8192),
    (file: string) => fs.truncateSync(file, 0),
    (file: string) => {
      const ops = openDatabase(file, { busyMs: 1000 });
      ops.exec('DROP TABLE access_token');
      ops.close();
    },
    (file: string) => fs.rmSync(file),
  ]) {
    root = makeFolder(t);
    fs.cpSync(whole, root, { recursive: true });
    spoil(path.join(root, 'ops.db'));
    const before = filesIn(root);
    const refused = await runHere(root, words);
    t.equal(refused.code, 1);
    t.match(
      refused.err,
      /^The present tokens cannot be read: \S*ops\.db .*Nothing was changed\. With --old-tokens/,
    );
    t.strictSame(filesIn(root), before);
    const { code, out, err } = await runHere(root, [...words, '--old-tokens']);
    t.equal(code, 0, err);
    t.match(out, /2 tokens are those of the backup: revoke the old ones/);
    t.match(out, `rows ${last + 1} to ${end} are in the replaced file only`, 'audit.head knows the end');
  }
  const again = await startApp(t, { root });
  t.match(await again.run('audit-check'), { number: 42, status: 'succeeded', failure: null });
});

t.test('a set that cannot be used is refused with its file, and nothing changes', async (t) => {
  const root = makeFolder(t);
  const app = await startApp(t, { root });
  await makeSet(app);
  const { config } = app.parts;
  const copy = 'library-20261128T010000.000Z-by-hand.db';
  await app.library.backup(path.join(config.backupPath, copy));
  await writeSet(config, '20261128T030000Z-3', app.library);
  leaveOut(setFile(config, '20261128T030000Z-3', 'manifest.json'), 'ops.db');
  await app.close();
  const file = setFile(config, id, 'ops.db');
  const bytes = fs.readFileSync(file);
  bytes[9000] = (bytes[9000] ?? 0) ^ 1;
  fs.writeFileSync(file, bytes);
  const state = () => [
    filesIn(root),
    fs.readFileSync(path.join(root, 'ops.db')),
    fs.readFileSync(headFile(root)),
  ];
  const before = state();
  const cases: [string, number, RegExp][] = [
    [
      id,
      65,
      /ops\.db is not the file that its manifest describes: its SHA-256 differs\. Nothing was changed/,
    ],
    ['20261128T030000Z-3', 65, /"files" is missing or wrong/],
    [
      '20261128T040000Z-4',
      2,
      /^There is no backup "20261128T040000Z-4"\. There are 20261128T030000Z-3, 20261128T020000Z-2\.$/m,
    ],
    [copy, 65, /it is a copy of the library alone, which has no ops\.db/],
    ['../..', 2, /There is no backup "\.\.\/\.\."/],
  ];
  for (const [backup, expected, message] of cases) {
    const { code, err } = await runHere(
      root,
      words.map((word) => (word === id ? backup : word)),
    );
    t.equal(code, expected, backup);
    t.match(err, message);
    t.strictSame(state(), before);
  }
});

/** Takes a file out of a manifest. */
function leaveOut(file: string, name: string) {
  const manifest = JSON.parse(fs.readFileSync(file, 'utf8')) as Manifest;
  const files = manifest.files.filter((one) => one.name !== name);
  fs.writeFileSync(file, writeManifest({ ...manifest, files }));
}
