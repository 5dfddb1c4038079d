// The rows of backups against the files: nothing is deleted or trusted by a row whose files are others.
import fs from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import type { Backup } from '../../src/backup-store/backup.ts';
import { backupStore } from '../../src/backup-store/feature.ts';
import { createRemoval } from '../../src/backup-store/removal.ts';
import { createBackupEdits } from '../../src/backups/backup-edits.ts';
import { drillOperation } from '../../src/backups/drill-operation.ts';
import { backups as backupsFeature } from '../../src/backups/feature.ts';
import { removeExpired } from '../../src/backups/remove-expired.ts';
import { createVanishedBackups } from '../../src/backups/vanished-repository.ts';
import { createCatalogue } from '../../src/core/catalogue.ts';
import { declaredOperations } from '../../src/declared-operations.ts';
import type { Job } from '../../src/jobs/job.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { addBackup, placeOf, proven, setName } from '../support/backups.ts';
import { insertJob } from '../support/job-repository.ts';
import { failReads, mayMount } from '../support/mounts.ts';
import { startWithRoles } from '../support/roles.ts';
import { textOf } from '../support/screen.ts';
import { until } from '../support/until.ts';

const least = { CHL_BACKUP_DAILY: '1', CHL_BACKUP_WEEKLY: '0', CHL_BACKUP_MONTHLY: '0' };
const noop = { env: { CHL_OPERATIONS_MODE: 'noop' } };
const day = (number: number) => `2026-11-0${number}T02:00:00.000Z`;

/** Its pages wait for the look at the files, however slow the disk is. */
async function startLooking(t: Test) {
  const app = await startApp(t, { ...noop, now: () => new Date('2026-11-28T14:08:00.000Z') });
  app.use(backupsFeature).lookLimit.maxMs = 20_000;
  return app;
}

async function remove(app: TestApp, id: string) {
  const answer = await fetch(`${app.origin}/api/v1/backups/${id}`, {
    method: 'DELETE',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ reason: 'a test needs it', confirm: 'delete' }),
  });
  return { status: answer.status, text: await answer.text() };
}

const damages: Record<string, (folder: string) => void> = {
  'is gone': (folder) => fs.rmSync(folder, { recursive: true }),
  'has no library': (folder) => fs.rmSync(path.join(folder, 'library.db')),
  'is cut off': (folder) => fs.truncateSync(path.join(folder, 'ops.db'), 3),
  'has another manifest': (folder) => fs.appendFileSync(path.join(folder, 'manifest.json'), ' '),
};

for (const [name, damage] of Object.entries(damages)) {
  t.test(`the last proven backup stays when a newer one ${name}`, async (t) => {
    const app = await startApp(t, noop);
    const [old, other] = [1, 2].map((number) => addBackup(app, day(number), proven));
    addBackup(app, day(3));
    damage(placeOf(app, { id: String(other?.id) }));
    const { status, text } = await remove(app, String(old?.id));
    t.equal(status, 409, text);
    t.match(text, '"last_proven"');
    t.ok(fs.existsSync(placeOf(app, { id: String(old?.id) })));
    t.equal(app.parts.backups.newestProven()?.id, old?.id);
  });
}

t.test('retention leaves the last proven set that is there', async (t) => {
  const app = await startApp(t, { env: least });
  const old = addBackup(app, day(1), proven);
  const other = addBackup(app, day(2), proven);
  fs.rmSync(path.join(placeOf(app, other), 'library.db'));
  await app.parts.inventory.runOnce();
  const { result } = await app.run('backup');
  t.strictSame(result?.removed, []);
  fs.rmSync(placeOf(app, other), { recursive: true });
  const made = result?.backup;
  t.strictSame((await app.run('backup')).result?.removed, [made]);
  t.ok(fs.existsSync(placeOf(app, old)));
});

t.test('a set that cannot be read concerns itself only', { skip: !mayMount }, async (t) => {
  const app = await startApp(t, { env: least });
  const { backups } = app.parts;
  const [old, unreadable, other] = [1, 2, 3].map((number) => addBackup(app, day(number), proven).id);
  const manifest = path.join(placeOf(app, { id: String(unreadable) }), 'manifest.json');
  const damage = failReads(t, manifest);
  const first = await app.run('backup');
  t.match(first, { status: 'succeeded', result: { removed: [old] } });
  t.match(backups.find(String(first.result?.backup)), { gone_at: null });
  const text = /^manifest\.json could not be read or written: its disk reported an error\./;
  t.match(backups.find(String(unreadable)), { proof: 'failed', proof_text: text, gone_at: null });
  t.match(await remove(app, String(other)), { status: 409, text: '"last_proven"' });
  t.match((await app.run('drill')).result, { backup: first.result?.backup });
  damage.end();
  const second = await app.run('backup');
  const expired = first.result?.backup;
  t.strictSame(second.result?.removed, [expired], 'retention leaves it, although it can be read again');
  t.match(await remove(app, String(unreadable)), { status: 204 });
});

t.test('retention heeds what people do while it removes', async (t) => {
  const app = await startApp(t, { ...noop, env: { ...noop.env, ...least } });
  const { backups } = app.parts;
  const [first, proof, wanted, newer, made] = [1, 2, 3, 4, 5].map((number) =>
    addBackup(app, day(number), number === 2 || number === 4 ? proven : {}),
  ) as [Backup, Backup, Backup, Backup, Backup];
  const facts = { backup: made.id, made_at: made.at, bytes: made.bytes };
  const removed = await removeExpired(app, facts, () => {
    backups.describe(wanted.id, { is_kept: true, note: null });
    backups.markGone(newer.id, day(6));
  });
  t.strictSame(removed, [first.id]);
  for (const one of [proof, wanted]) t.ok(fs.existsSync(placeOf(app, one)));
});

t.test('retention heeds what becomes of other sets and of jobs while it removes', async (t) => {
  const app = await startApp(t, { ...noop, env: { ...noop.env, ...least } });
  const { backups, repository } = app.parts;
  const [first, proof, wanted, newer, made] = [1, 2, 3, 4, 5].map((number) =>
    addBackup(app, day(number), number === 2 || number === 4 ? proven : {}),
  ) as [Backup, Backup, Backup, Backup, Backup];
  const facts = { backup: made.id, made_at: made.at, bytes: made.bytes };
  const removed = await removeExpired(app, facts, () => {
    insertJob(repository, { operation: 'restore', args: { backup: wanted.id } });
    fs.rmSync(path.join(placeOf(app, newer), 'library.db'));
  });
  t.strictSame(removed, [first.id]);
  for (const one of [proof, wanted]) t.ok(fs.existsSync(placeOf(app, one)));
  t.ok(backups.find(first.id)?.gone_at, 'the row says it before the server looks');
  const gone = app.ops.prepare(`
    SELECT target || ' ' || (detail ->> '$.expired') FROM audit WHERE event = 'backup.gone'
  `);
  t.strictSame(gone.pluck().all(), [`backup:${first.id} 1`], 'no news');
});

t.test('a set that retention has chosen is nobody else’s any more', async (t) => {
  const app = await startApp(t, noop);
  const [first] = [addBackup(app, day(1)), addBackup(app, day(2))];
  const removal = createRemoval(app.ops, app.now);
  t.equal(removal.next(() => [first.id])?.id, first.id);
  t.equal((await remove(app, first.id)).status, 404);
  t.equal(
    removal.next(() => [first.id]),
    null,
  );
  removal.undo(first);
  t.equal(
    removal.next(() => [first.id]),
    null,
    'one that cannot be removed is tried once',
  );
  t.equal((await remove(app, first.id)).status, 204);
});

t.test('a set that is gone since a backup runs has not vanished', async (t) => {
  const app = await startApp(t, noop);
  const { id } = addBackup(app, day(1), { gone_at: day(3) });
  const vanished = createVanishedBackups(app.ops);
  t.match(vanished.unasked(), [{ id }]);
  const { number } = insertJob(app.parts.repository, { operation: 'backup' });
  const start = app.ops.prepare(`UPDATE job SET status = 'running', started_at = ? WHERE number = ?`);
  start.run(day(2), number);
  t.strictSame([vanished.unasked(), vanished.removerOf(id)], [[], number]);
  start.run(day(4), number);
  t.match([vanished.unasked(), vanished.removerOf(id)], [[{ id }], null], 'it was gone before');
});

t.test('a backup keeps the set that it has made, whatever is dated later', async (t) => {
  const app = await startApp(t, { env: least });
  const later = addBackup(app, '2036-11-01T02:00:00.000Z');
  const { result } = await app.run('backup');
  t.ok(fs.existsSync(placeOf(app, { id: String(result?.backup) })));
  t.ok(fs.existsSync(placeOf(app, later)));
  t.equal(app.parts.backups.newest()?.id, result?.backup);
  t.match((await app.run('drill')).result, { backup: result?.backup });
});

t.test('nobody removes what a running test may have taken', async (t) => {
  const others = declaredOperations.filter(({ name }) => name !== 'drill');
  const sleeps = { ...drillOperation, script: '../test/support/children/sleeps' };
  const app = await startApp(t, { env: least, catalogue: createCatalogue([...others, sleeps]) });
  const [first, second] = [addBackup(app, day(1)), addBackup(app, day(2))];
  const startTest = async (args: object) => {
    const { body } = await app.json('/api/v1/operations/drill', { args });
    await app.whenJob(body.number, 'running');
    return async () => {
      await app.json(`/api/v1/operations/jobs/${body.number}/cancel`, {});
      await app.whenJob(body.number);
    };
  };
  const end = await startTest({});
  const { result } = await app.run('backup');
  t.strictSame(result?.removed, [], 'without a name it may have taken any');
  for (const one of [first, second])
    t.match(await remove(app, one.id), { status: 409, text: /Job #1 uses this backup/ });
  await end();
  await startTest({ backup: second.id });
  t.match(await remove(app, second.id), { status: 409, text: /Job #3 uses this backup/ });
  t.strictSame((await app.run('backup')).result?.removed, [first.id, result?.backup]);
  t.ok(fs.existsSync(placeOf(app, second)));
});

t.test('a set that lacks a file fails its proof, names the file and is not downloaded', async (t) => {
  const app = await startApp(t, noop);
  const { id, proof_job: job } = addBackup(app, day(1), proven);
  fs.rmSync(path.join(placeOf(app, { id }), 'library.db'));
  const answer = await fetch(`${app.origin}/api/v1/backups/${id}/download`);
  t.equal(answer.status, 409);
  t.match(await answer.text(), 'library.db is missing.');
  await app.parts.inventory.runOnce();
  const failed = { proof: 'failed', proof_job: job, proof_text: 'library.db is missing.' };
  t.match(app.parts.backups.find(id), failed);
  await app.parts.inventory.runOnce();
  const row = `SELECT outcome FROM audit WHERE event = 'backup.tested'`;
  t.strictSame(app.ops.prepare(row).all(), [{ outcome: 'failed' }], 'noted once');
});

t.test('a link to a folder in place of the index fails the proof of a set', async (t) => {
  const app = await startApp(t, noop);
  const { id } = addBackup(app, day(1), proven);
  const folder = path.join(placeOf(app, { id }), 'index');
  fs.renameSync(folder, path.join(app.root, 'index-elsewhere'));
  fs.symlinkSync(path.join(app.root, 'index-elsewhere'), folder);
  const answer = await fetch(`${app.origin}/api/v1/backups/${id}/download`);
  t.equal(answer.status, 409);
  t.match(await answer.text(), 'index/one.index is in a folder that is a link.');
  await app.parts.inventory.runOnce();
  t.match(app.parts.backups.find(id), {
    proof: 'failed',
    proof_text: /^index\/one\.index is in a folder/,
  });
});

t.test('a test that fails offers only a proven set that is there', async (t) => {
  const app = await startApp(t);
  const [first, second, third] = [1, 2, 3].map((number) => addBackup(app, day(number), proven));
  fs.rmSync(path.join(placeOf(app, { id: String(second?.id) }), 'ops.db'));
  fs.rmSync(path.join(placeOf(app, { id: String(third?.id) }), 'ops.db'));
  const { failure } = await app.run('drill', { backup: String(third?.id) });
  t.match(failure?.detail, { code: 'drill_failed', file: 'ops.db', instead: { backup: first?.id } });
});

t.test('the check of the backups looks at the folder', async (t) => {
  const app = await startApp(t, noop);
  const { id } = addBackup(app, day(1), proven);
  await app.parts.checker.runOnce();
  fs.truncateSync(path.join(placeOf(app, { id }), 'library.db'), 1);
  await app.parts.checker.runOnce();
  const open = app.parts.findings.open().find(({ subject }) => subject === 'failed');
  t.match(open?.text, 'library.db has 1 bytes instead of 11.');
  fs.cpSync(placeOf(app, { id }), placeOf(app, { id: '20261103T020000Z-by-hand' }), { recursive: true });
  await app.parts.checker.runOnce();
  const unused = app.parts.findings.open().find(({ subject }) => subject === 'unused');
  t.match(unused?.text, /^The backup of 2026-11-03 02:00 UTC: .*manifest.json is that of another backup\./);
});

t.test(
  'a removal is judged when it is written, and a refused one leaves the files to nobody else',
  async (t) => {
    const app = await startApp(t, noop);
    const { backups } = app.parts;
    const { cleaning } = app.use(backupStore);
    const { id } = addBackup(app, day(1));
    addBackup(app, day(2));
    const by = { actor: 'a', role: 'admin', peer: null, requestId: null, reason: null } as const;
    const whileWaiting = (work: () => Promise<void>) => async (write: () => unknown) => {
      await work();
      return write();
    };
    const removeWhile = (work: () => Promise<void>) =>
      createBackupEdits({
        ...app,
        backups,
        whyKept: app.use(backupsFeature).whyKept,
        refresh: async () => {},
        untilFree: whileWaiting(work) as typeof app.untilFree,
      }).remove(id, { reason: 'a test needs it', confirm: 'delete' }, by);
    const keep = async () => {
      await cleaning.all();
      backups.describe(id, { is_kept: true, note: null });
    };
    await t.rejects(removeWhile(keep), { code: 'wrong_state', message: /is kept/ });
    backups.describe(id, { is_kept: false, note: null });
    const fail = async () => {
      await cleaning.all();
      throw new Error('ops.db is locked');
    };
    await t.rejects(removeWhile(fail), /locked/);
    t.ok(fs.existsSync(path.join(placeOf(app, { id }), 'library.db')));
    t.equal(backups.find(id)?.gone_at, null);
  },
);

t.test('a backup whose files cannot be moved away stays, and the answer names the folder', async (t) => {
  const app = await startApp(t, noop);
  // Its hidden name is longer than a file system takes.
  const id = `before-1.${'0'.repeat(240)}`;
  addBackup(app, day(1), { id, kind: 'before_update', sha256: null });
  fs.renameSync(placeOf(app, { id: setName(day(1)) }), placeOf(app, { id }));
  const { status, text } = await remove(app, id);
  t.equal(status, 409, text);
  t.match(text, `was not deleted: ${app.config.backupPath} has a name that is too long.`);
  t.ok(fs.existsSync(placeOf(app, { id })));
  t.equal(app.parts.backups.find(id)?.gone_at, null);
  for (const at of [2, 3, 4]) addBackup(app, day(at), { id: setName(day(at)), kind: 'before_update' });
  const made = addBackup(app, day(5));
  const facts = { backup: made.id, made_at: made.at, bytes: made.bytes };
  t.strictSame(await removeExpired(app, facts, () => {}), []);
  t.equal(app.parts.backups.find(id)?.gone_at, null);
  t.strictSame(
    app.audit.trail(`backup:${id}`).filter(({ event }) => event === 'backup.gone'),
    [],
  );
});

t.test('a page that is opened, and its JSON twin, show the files as they are then', async (t) => {
  const app = await startLooking(t);
  const [damaged, gone] = [addBackup(app, day(6), proven), addBackup(app, day(5))];
  fs.rmSync(`${placeOf(app, damaged)}/library.db`);
  const { items } = (await app.json('/api/v1/storage')).body;
  const row = items.find(({ name }: { name: string }) => name === 'Backups');
  t.match(row, { sentence: /failed its test/, badge: { label: 'Test failed' } });
  t.match(textOf((await app.page('/storage')).html, '#storage-card'), /failed its test.* Test failed/);
  const { html } = await app.page(`/backups/${damaged.id}`);
  t.match(textOf(html, 'h1'), 'Test failed');
  t.match(textOf(html, '#backup'), /Look at the files .* library\.db is missing\./);
  t.equal(html.querySelector('[aria-labelledby=h-proof] .card-head a'), null, 'no job has found it');
  fs.rmSync(placeOf(app, gone), { recursive: true });
  const left = await app.page(`/backups/${gone.id}`);
  t.equal(left.status, 404);
  t.match(textOf(left.html, '#backup'), /Gone Full, .* Nobody has deleted it here/);
  const comeBack = async () => textOf((await app.page('/backups')).html, '[aria-labelledby=h-come-back]');
  t.match(await comeBack(), /failed its test Newest proven none Would lose unknown/);
  addBackup(app, day(4), proven);
  t.match(await comeBack(), /failed its test .* Would lose nothing of the library/);
});

t.test('the page of a backup that is gone says how, and one that nobody deleted is reported', async (t) => {
  const app = await startWithRoles(t, startLooking);
  const newest = addBackup(app, day(8));
  const [vanished, deleted, expired] = [
    addBackup(app, day(5)),
    addBackup(app, day(4)),
    addBackup(app, day(3)),
  ];
  const removal = { reason: 'no longer needed', confirm: 'delete' };
  t.equal((await app.submit(`/ui/backups/${deleted.id}/remove`, removal)).status, 303);
  const { repository } = app.parts;
  const job = insertJob(repository, { operation: 'backup' });
  repository.finish(
    repository.start(job.id) as Job,
    { status: 'succeeded', result: { removed: [expired.id] } },
    () => {},
  );
  for (const one of [vanished, expired]) fs.rmSync(placeOf(app, one), { recursive: true });
  t.match(textOf((await app.page('/backups')).html, '#backup-list'), /The files of 1 backup are gone/);
  const page = async ({ id }: Backup) => textOf((await app.page(`/ui/backups/${id}`)).html, 'section');
  t.match(await page(deleted), /Deleted by admin .* Back to the backups/);
  t.match(await page(expired), `Removed by the rules of retention, by #${job.number} `);
  t.match(await page(vanished), 'Nobody has deleted it here');
  const checks = async () => JSON.stringify((await app.json('/api/v1/checks')).body);
  await until(checks, (text) => text.includes('A backup is gone'));
  fs.rmSync(placeOf(app, newest), { recursive: true });
  t.match(
    textOf((await app.page('/backups')).html, '#backup-list'),
    /No backup is left .* No: no full backup/,
  );
  await until(checks, (text) => text.includes('No backup is left'));
});
