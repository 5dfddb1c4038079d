import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import type { Manifest } from '../../src/backup-store/manifest.ts';
import { readAuditHead } from '../../src/backup-store/set-repository.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { writeSet } from '../support/backup-set.ts';
import { addBackup } from '../support/backups.ts';
import { insertJob } from '../support/job-repository.ts';
import { failReads, mayMount } from '../support/mounts.ts';
import { textOf } from '../support/screen.ts';
import { silence } from '../support/silent-folder.ts';
import { until } from '../support/until.ts';
import { makeFolder } from '../support/folder.ts';

const rowsOf = ({ parts }: TestApp) => parts.backups.all();
const placeOf = ({ config }: TestApp, id: unknown) => path.join(config.backupPath, String(id));
const eventsOf = ({ ops }: TestApp) =>
  ops.prepare(`SELECT event, target FROM audit WHERE event LIKE 'backup.%' ORDER BY id`).all();

t.test('the row of a backup is there when its job ends, and goes with its folder', async (t) => {
  const app = await startApp(t);
  let changes = 0;
  app.bus.on('backups', () => {
    changes += 1;
  });
  await app.run('import');
  const { number, result } = await app.run('backup', { note: 'mine' });
  const [row, copy] = rowsOf(app);
  t.match(row, {
    id: result?.backup,
    job: number,
    kind: 'full',
    sha256: result?.sha256,
    bytes: result?.bytes,
    proof: 'none',
    note: 'mine',
    is_kept: false,
    gone_at: null,
  });
  t.match(copy, { id: /^library-/, job: 1, kind: 'before_import', sha256: null, is_kept: false });
  t.equal(changes, 2);
  fs.rmSync(placeOf(app, row?.id), { recursive: true });
  await app.parts.inventory.runOnce();
  t.strictSame(rowsOf(app), [copy]);
  t.match(app.parts.backups.find(String(row?.id)), { gone_at: String });
  t.strictSame(eventsOf(app), [{ event: 'backup.gone', target: `backup:${row?.id}` }]);
});

t.test('a set that is put there is taken over once its hashes agree', async (t) => {
  const other = await startApp(t);
  await other.run('import');
  const { result } = await other.run('backup');
  const id = String(result?.backup);
  const app = await startApp(t);
  fs.cpSync(placeOf(other, id), placeOf(app, id), { recursive: true });
  const library = path.join(placeOf(app, id), 'library.db');
  fs.appendFileSync(library, 'x');
  fs.utimesSync(library, 1, 1);
  await app.parts.inventory.runOnce();
  t.strictSame(rowsOf(app), [], 'a file was changed');
  fs.cpSync(path.join(placeOf(other, id), 'library.db'), library);
  fs.utimesSync(library, 1, 1);
  await app.parts.inventory.runOnce();
  t.match(rowsOf(app), [{ id, proof: 'none', is_kept: true, sha256: result?.sha256 }]);
  t.strictSame(eventsOf(app), [{ event: 'backup.adopted', target: `backup:${id}` }]);
  await app.run('import');
  t.match(
    await app.run('backup', {}),
    { status: 'succeeded', result: { removed: [] } },
    'the limits leave it alone',
  );
});

t.test('a set that cannot be read keeps no other from being taken over', { skip: !mayMount }, async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  const [unreadable, other] = ['20200101T000000Z-9', '20200102T000000Z-9'];
  for (const id of [unreadable, other]) {
    const made_at = `${id.slice(0, 4)}-01-${id.slice(6, 8)}T00:00:00.000Z`;
    await writeSet(app.config, id, app.library, { made_at, files: { 'settings.json': '' } });
  }
  const damage = failReads(t, path.join(placeOf(app, unreadable), 'settings.json'));
  await app.parts.inventory.runOnce();
  t.match(rowsOf(app), [{ id: other }]);
  t.equal(rowsOf(app).length, 1);
  const reason = /settings\.json could not be read or written: its disk reported an error\./;
  t.match(app.parts.inventory.unused(), [{ id: unreadable, reason }]);
  damage.end();
  await app.parts.inventory.runOnce();
  t.match(rowsOf(app), [{ id: other }, { id: unreadable }]);
});

t.test(
  'a copy before an import that is older than ops.db is kept, as somebody may have wished',
  async (t) => {
    const app = await startApp(t);
    await app.run('import');
    const [copy] = rowsOf(app);
    const old = 'library-20200101T020000.000Z-12345678.db';
    fs.copyFileSync(placeOf(app, copy?.id), placeOf(app, old));
    await app.parts.inventory.runOnce();
    t.match(rowsOf(app), [
      { id: copy?.id, is_kept: false },
      { id: old, is_kept: true },
    ]);
  },
);

t.test('a removal that a script has recorded itself is announced at the end of its job', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  const { backups, inventory } = app.parts;
  const { id } = addBackup(app, '2026-11-01T02:00:00.000Z');
  await inventory.catchUp();
  let changes = 0;
  app.bus.on('backups', () => {
    changes += 1;
  });
  backups.markGone(id, '2026-11-02T02:00:00.000Z');
  fs.rmSync(placeOf(app, id), { recursive: true });
  await inventory.refresh();
  for (const _ of [1, 2]) await inventory.catchUp();
  t.equal(changes, 1);
});

t.test('a set that comes back has kept its proof', async (t) => {
  const app = await startApp(t);
  const { result } = await app.run('backup');
  const id = String(result?.backup);
  const proof = {
    proof: 'proven',
    proof_job: 7,
    proof_at: '2026-11-28T03:30:00.000Z',
    proof_text: 'All well.',
  } as const;
  app.parts.backups.prove(id, { ...proof, proof_steps: [] });
  const away = path.join(app.root, 'away');
  fs.renameSync(placeOf(app, id), away);
  await app.parts.inventory.runOnce();
  t.strictSame(rowsOf(app), []);
  fs.renameSync(away, placeOf(app, id));
  await app.parts.inventory.runOnce();
  t.match(rowsOf(app), [{ id, ...proof, gone_at: null, is_kept: false }]);
});

t.test(
  'a set that comes back with other bytes is not used, and its failed test is not forgotten',
  async (t) => {
    const app = await startApp(t);
    const { result } = await app.run('backup');
    const id = String(result?.backup);
    const proof = { proof: 'failed', proof_job: 7, proof_at: '2026-11-28', proof_text: 'ops.db is missing.' };
    const away = path.join(app.root, 'away');
    const takeAway = async () => {
      fs.renameSync(placeOf(app, id), away);
      await app.parts.inventory.runOnce();
    };
    const bringBack = async () => {
      fs.renameSync(away, placeOf(app, id));
      await app.parts.inventory.runOnce();
    };
    app.parts.backups.prove(id, { ...proof, proof: 'proven', proof_steps: [] });
    await takeAway();
    const library = fs.readFileSync(path.join(away, 'library.db'));
    fs.writeFileSync(path.join(away, 'library.db'), Buffer.from(library).fill(7, 5000, 5001));
    await bringBack();
    t.strictSame(rowsOf(app), [], 'a byte was changed');
    fs.renameSync(placeOf(app, id), away);
    app.parts.backups.prove(id, { ...proof, proof: 'failed', proof_steps: [] });
    fs.writeFileSync(path.join(away, 'library.db'), library);
    fs.appendFileSync(path.join(away, 'manifest.json'), ' ');
    await bringBack();
    t.strictSame(rowsOf(app), [], 'the manifest is another');
    t.match(app.parts.backups.find(id), { ...proof, gone_at: String });
  },
);

t.test('a set of another data folder whose job has the number of one of ours is kept', async (t) => {
  const other = await startApp(t);
  const { result } = await other.run('backup');
  const app = await startApp(t);
  const ours = await app.run('backup');
  const id = `20261101T020000Z-${ours.number}`;
  fs.cpSync(placeOf(other, result?.backup), placeOf(app, id), { recursive: true });
  const file = path.join(placeOf(app, id), 'manifest.json');
  const manifest = JSON.parse(fs.readFileSync(file, 'utf8'));
  fs.writeFileSync(file, JSON.stringify({ ...manifest, made_at: '2026-11-01T02:00:00.000Z' }));
  await app.parts.inventory.runOnce();
  t.match(app.parts.backups.find(id), { is_kept: true, job: ours.number });
  t.match(app.parts.backups.find(String(ours.result?.backup)), { is_kept: false });
});

t.test('while a backup runs, a set of its number counts as its own only with our audit log', async (t) => {
  const other = await startApp(t);
  const { result } = await other.run('backup');
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  const { number } = insertJob(app.parts.repository, { operation: 'backup' });
  app.ops.prepare(`UPDATE job SET status = 'running', started_at = created_at WHERE number = ?`).run(number);
  const id = `20261101T020000Z-${number}`;
  const putIn = (head: Manifest['audit_head']) => {
    fs.cpSync(placeOf(other, result?.backup), placeOf(app, id), { recursive: true });
    const file = path.join(placeOf(app, id), 'manifest.json');
    const manifest = JSON.parse(fs.readFileSync(file, 'utf8'));
    const changed = { ...manifest, made_at: '2026-11-01T02:00:00.000Z', job: number, audit_head: head };
    fs.writeFileSync(file, JSON.stringify(changed));
    fs.rmSync(path.join(placeOf(app, id), 'library.db'));
  };
  putIn({ id: 1, hash: 'a'.repeat(64) });
  await app.parts.inventory.refresh();
  t.strictSame(rowsOf(app), [], 'that of another folder is compared with its hashes first, and lacks a file');
  putIn(readAuditHead(app.ops));
  await app.parts.inventory.refresh();
  t.match(rowsOf(app), [{ id, job: number, is_kept: false }]);
});

t.test('a change during a look is seen by a caller meanwhile, and at the end of the next job', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  const { catchUp, refresh } = app.parts.inventory;
  const [first, second, third] = [1, 2, 3].map((day) => addBackup(app, `2026-11-0${day}T02:00:00.000Z`).id);
  /** Calls `change` once a look has read the folder. */
  const duringLook = (change: () => void) => {
    const onRecorded = () => {
      app.bus.off('backups', onRecorded);
      change();
    };
    app.bus.on('backups', onRecorded);
  };
  const remove = (id: unknown) => fs.rmSync(placeOf(app, id), { recursive: true });
  let asked: Promise<void> | undefined;
  remove(first);
  duringLook(() => {
    remove(second);
    asked = refresh();
    duringLook(() => remove(third));
  });
  await refresh();
  await asked;
  t.match(rowsOf(app), [{ id: third }]);
  await catchUp();
  t.strictSame(rowsOf(app), []);
});

t.test('a set with the name of another one is not used', async (t) => {
  const app = await startApp(t);
  const { result } = await app.run('backup');
  const id = String(result?.backup);
  fs.cpSync(placeOf(app, id), placeOf(app, '20361128T020000Z-9'), { recursive: true });
  await app.parts.inventory.runOnce();
  t.match(rowsOf(app), [{ id }]);
  t.equal(rowsOf(app).length, 1);
});

t.test('the end of a job removes what its killed script left, and nothing of another job', async (t) => {
  const app = await startApp(t);
  const left = [1, 2].map((number) => `.20261101T020000Z-${number}.partial`);
  for (const name of left) fs.mkdirSync(placeOf(app, name), { recursive: true });
  const { number, result } = await app.run('backup');
  t.equal(number, 1);
  t.strictSame(fs.readdirSync(app.config.backupPath).sort(), [left[1], String(result?.backup)].sort());
});

t.test('a folder that does not answer keeps neither a job running nor a request waiting', async (t) => {
  const app = await startApp(t);
  const { result } = await app.run('backup');
  const address = `${app.origin}/api/v1/backups/${result?.backup}`;
  const left = placeOf(app, '.20261101T020000Z-2.partial');
  fs.mkdirSync(left);
  const answerAgain = silence(t, app.config.backupPath);
  const before = performance.now();
  const page = app.page('/backups').then(({ html }) => ({ html, tookMs: performance.now() - before }));
  const deletion = { reason: 'a test needs it', confirm: 'delete' };
  const signal = AbortSignal.timeout(20_000);
  const requests = [
    fetch(`${address}/download`, { signal }),
    fetch(address, {
      method: 'DELETE',
      signal,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(deletion),
    }),
  ];
  t.match(await app.run('recount'), { number: 2, status: 'succeeded' });
  const { html, tookMs } = await page;
  t.match(textOf(html, '[aria-labelledby=h-come-back]'), /Would lose unknown: the folder does not answer/);
  t.ok(tookMs < 4000, `the page took ${tookMs} ms`);
  for (const answer of await Promise.all(requests))
    t.match([answer.status, await answer.text()], [503, /The folder of backups, .* does not answer/]);
  answerAgain();
  t.equal((await fetch(`${address}/download`)).status, 200);
  await until(() => !fs.existsSync(left));
});

t.test('a start removes what a killed server left, and finds what has come and gone meanwhile', async (t) => {
  const root = makeFolder(t);
  const first = await startApp(t, { root });
  const gone = String((await first.run('backup')).result?.backup);
  first.parts.backups.describe(gone, { is_kept: true, note: null });
  const left = String((await first.run('backup')).result?.backup);
  await first.close();
  fs.renameSync(placeOf(first, gone), placeOf(first, `.${gone}.partial`));
  fs.writeFileSync(placeOf(first, '.library-20261128T020000.000Z-1.db.partial-journal'), '');
  fs.writeFileSync(placeOf(first, 'of-a-person.txt'), '');
  const second = await startApp(t, { root });
  t.strictSame(fs.readdirSync(second.config.backupPath).sort(), [left, 'of-a-person.txt']);
  await until(() => rowsOf(second).length === 1);
  t.match(rowsOf(second), [{ id: left }]);
});

t.test('a manifest that cannot be read leaves its set alone', async (t) => {
  const app = await startApp(t);
  const { result } = await app.run('backup');
  const id = String(result?.backup);
  const copy = placeOf(app, '20200101T000000Z-9');
  fs.cpSync(placeOf(app, id), copy, { recursive: true });
  fs.writeFileSync(path.join(copy, 'manifest.json'), '{}');
  await app.parts.inventory.runOnce();
  t.match(rowsOf(app), [{ id }]);
  t.ok(fs.existsSync(copy));
});
