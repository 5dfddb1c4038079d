// The backups in the API: lists, keeping, deleting and downloading.
import '../support/plain-children.ts';
import fs from 'node:fs';
import t from 'tap';
import unzipper from 'unzipper';
import { backupStore } from '../../src/backup-store/feature.ts';
import { createTurns } from '../../src/backup-store/set-reader.ts';
import { openBackupZip } from '../../src/backups/download.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { addBackup, placeOf, proven } from '../support/backups.ts';
import { insertJob } from '../support/job-repository.ts';
import { as, startWithRoles } from '../support/roles.ts';
import { silence } from '../support/silent-folder.ts';
import { openFiles } from '../support/snapshots.ts';
import { until } from '../support/until.ts';

const noop = { env: { CHL_OPERATIONS_MODE: 'noop' } };
const confirmed = { reason: 'a test needs it', confirm: 'delete' };
const day = (number: number) => `2026-11-${String(number).padStart(2, '0')}T02:00:00.000Z`;

async function send(app: TestApp, method: string, address: string, body: object, headers = {}) {
  const answer = await fetch(app.origin + address, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? null : JSON.parse(text) };
}

const remove = (app: TestApp, id: string, body: object = confirmed) =>
  send(app, 'DELETE', `/api/v1/backups/${id}`, body);

t.test('the list has the newest first, by kind and in pages, and leaves out what is gone', async (t) => {
  const app = await startApp(t, noop);
  t.match((await app.json('/api/v1/backups')).body, { items: [], sets: 0, bytes: 0, newest: null });
  const ids = [1, 2, 3].map((number) => addBackup(app, day(number), number === 2 ? proven : {}).id);
  addBackup(app, day(4), { gone_at: day(5) });
  addBackup(app, '2026-11-03T12:00:00.000Z', { kind: 'before_import' });
  const { body } = await app.json('/api/v1/backups?kind=full&limit=2');
  t.strictSame(
    body.items.map(({ id }: { id: string }) => id),
    [ids[2], ids[1]],
  );
  t.match(body, { sets: 4, newest: ids[2], newest_proven: ids[1] });
  const next = await app.json(`/api/v1/backups?kind=full&limit=2&cursor=${body.next_cursor}`);
  t.match(next.body, { items: [{ id: ids[0] }], next_cursor: null });
  t.equal((await app.json('/api/v1/backups?kind=half')).status, 422);
  t.equal((await app.json('/api/v1/backups?cursor=none')).status, 422);
  t.equal((await app.json('/api/v1/backups?colour=1')).status, 422);
});

t.test('one backup has its manifest, or says why it cannot be read', async (t) => {
  const app = await startApp(t, noop);
  const backup = addBackup(app, day(1));
  const { body } = await app.json(`/api/v1/backups/${backup.id}`);
  t.match(body, { id: backup.id, proof: 'none', is_kept: false, problem: null });
  t.match(body.manifest.files[0], { name: 'library.db', bytes: 11 });
  fs.writeFileSync(`${placeOf(app, backup)}/manifest.json`, '{}');
  const broken = await app.json(`/api/v1/backups/${backup.id}`);
  t.equal(broken.body.manifest, null);
  t.match(broken.body.problem, /manifest\.json/);
  t.equal((await app.json('/api/v1/backups/none')).status, 404);
});

t.test('a backup is kept with a note, and an older state of it is not written over', async (t) => {
  const app = await startApp(t, noop);
  const { id } = addBackup(app, day(1));
  const etag = (await app.json(`/api/v1/backups/${id}`)).headers.get('etag') ?? '';
  const kept = await send(app, 'PUT', `/api/v1/backups/${id}`, { is_kept: true, note: 'before the change' });
  t.match(kept, { status: 200, body: { is_kept: true, note: 'before the change' } });
  const [row] = app.ops.prepare(`SELECT detail FROM audit WHERE event = 'backup.changed'`).all() as {
    detail: string;
  }[];
  t.match(JSON.parse(row?.detail ?? ''), {
    before: { is_kept: false, note: null },
    after: { is_kept: true },
  });
  const late = await send(app, 'PUT', `/api/v1/backups/${id}`, { note: '' }, { 'if-match': etag });
  t.match(late, { status: 409, body: { error: { code: 'edit_conflict' } } });
  t.equal((await send(app, 'PUT', `/api/v1/backups/${id}`, { colour: 1 })).status, 422);
  t.equal((await send(app, 'PUT', '/api/v1/backups/none', { is_kept: true })).status, 404);
});

t.test('the only proven backup and the newest one are not deleted', async (t) => {
  const app = await startApp(t, noop);
  const old = addBackup(app, day(1), proven);
  const newest = addBackup(app, day(2));
  for (const { id } of [old, newest]) {
    t.match(await remove(app, id), { status: 409, body: { error: { code: 'last_proven' } } }, id);
    t.ok(fs.existsSync(placeOf(app, { id })));
  }
  addBackup(app, day(3), proven);
  t.equal((await remove(app, old.id)).status, 204);
});

t.test('a backup is deleted with a reason and the word, and its row stays in the history', async (t) => {
  const app = await startApp(t, noop);
  const { backupRepository } = app.use(backupStore);
  const old = addBackup(app, day(1));
  addBackup(app, day(2));
  t.match(await remove(app, old.id, {}), { status: 422, body: { error: { code: 'confirmation_required' } } });
  t.equal((await remove(app, old.id)).status, 204);
  t.strictSame(fs.readdirSync(app.config.backupPath).length, 1, 'no file of it is left');
  t.ok(backupRepository.find(old.id)?.gone_at);
  t.equal((await remove(app, old.id)).status, 404);
  t.equal(backupRepository.marks(day(1)).length, 2);
});

t.test('a backup that is kept or in use is not deleted', async (t) => {
  const app = await startApp(t, noop);
  const old = addBackup(app, day(1), { is_kept: true });
  addBackup(app, day(2));
  t.match(await remove(app, old.id), { status: 409, body: { error: { code: 'wrong_state' } } });
  await send(app, 'PUT', `/api/v1/backups/${old.id}`, { is_kept: false });
  const { number } = insertJob(app.parts.repository, { operation: 'drill', args: { backup: old.id } });
  const { status, body } = await remove(app, old.id);
  t.equal(status, 409);
  t.match(body.error.message, `Job #${number} uses this backup.`);
});

t.test('files that are opened for a download after its refusal are closed', async (t) => {
  const app = await startApp(t, noop);
  const backup = addBackup(app, day(1));
  const inTurn = createTurns(app.config, 20);
  const answerAgain = silence(t, app.config.backupPath);
  const opened = openBackupZip({ config: app.config, setReader: { inTurn } }, backup);
  await t.rejects(opened, { code: 'temporary' });
  answerAgain();
  await until(() => inTurn(async () => true).catch(() => false));
  t.strictSame(openFiles(backup.id), []);
});

t.test('an admin downloads a backup as a ZIP, which leaves an audit row', async (t) => {
  const app = await startWithRoles(t);
  const set = addBackup(app, day(1));
  const copy = addBackup(app, day(2), { kind: 'before_import' });
  for (const { id } of [set, copy]) {
    const address = `${app.origin}/api/v1/backups/${id}/download`;
    t.equal((await fetch(address, { headers: as('operator') })).status, 403);
    t.equal((await fetch(address, { method: 'HEAD', headers: as('admin') })).status, 200);
    const answer = await fetch(address, { headers: as('admin') });
    t.equal(answer.status, 200);
    const { files } = await unzipper.Open.buffer(Buffer.from(await answer.arrayBuffer()));
    const names = files.map((file) => file.path);
    if (id === copy.id) t.strictSame(names, [id]);
    else
      t.strictSame(
        names.sort(),
        ['index/one.index', 'library.db', 'manifest.json', 'ops.db'].map((name) => `${id}/${name}`),
      );
  }
  const rows = app.ops.prepare(`SELECT target, outcome FROM audit WHERE event = 'backup.download'`).all();
  t.match(rows, [{ target: `backup:${set.id}`, outcome: 'ok' }, { outcome: 'ok' }]);
  fs.rmSync(placeOf(app, set), { recursive: true });
  const gone = await fetch(`${app.origin}/api/v1/backups/${set.id}/download`, { headers: as('admin') });
  t.equal(gone.status, 404);
});
