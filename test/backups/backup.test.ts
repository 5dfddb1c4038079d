import { hash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { readManifest } from '../../src/backup-store/manifest.ts';
import { readCopy } from '../../src/backup-store/set-draft.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { addBackup, proven } from '../support/backups.ts';
import { damageTable } from '../support/damage.ts';
import { insertJob } from '../support/job-repository.ts';

const setsOf = ({ config }: TestApp) =>
  fs.readdirSync(config.backupPath).filter((name) => !name.startsWith('library-'));

t.test('a backup has both databases, the index and the settings, each with its hash', async (t) => {
  const app = await startApp(t);
  await app.run('import');
  await app.run('index', {});
  await app.json('/api/v1/settings/values');
  const job = await app.run('backup', { note: 'before spring' });
  t.match(job, { status: 'succeeded', result: { files: 5, removed: [] } });
  const { backup, bytes, sha256 } = job.result as { backup: string; bytes: number; sha256: string };
  t.match(backup, /^\d{8}T\d{6}Z-3$/);
  t.strictSame(setsOf(app), [backup], 'and nothing is left beside it');
  const folder = path.join(app.config.backupPath, backup);
  const manifest = readManifest(folder);
  t.match(manifest, {
    format: 'chl-backup-1',
    job: 3,
    note: 'before spring',
    model: 'chl/built-in-384',
    dimension: 384,
    revision: app.library.prepare('SELECT revision FROM ops_library_state').pluck().get(),
    counts: { library: { experiences: 60, category_manuals: 12, embeddings: 72 }, ops: { job: 3 } },
    index: { vectors: 72 },
  });
  t.equal(hash('sha256', fs.readFileSync(path.join(folder, 'manifest.json'))), sha256);
  const read = manifest.files.map(({ name }) => ({
    name,
    content: fs.readFileSync(path.join(folder, name)),
  }));
  t.strictSame(
    manifest.files,
    read.map(({ name, content }) => ({ name, bytes: content.length, sha256: hash('sha256', content) })),
  );
  const inAll = [...manifest.files.map(({ name }) => name), 'manifest.json'];
  t.equal(
    inAll.reduce((sum, name) => sum + fs.statSync(path.join(folder, name)).size, 0),
    bytes,
  );
  for (const name of inAll) t.equal(fs.statSync(path.join(folder, name)).mode & 0o777, 0o600, name);
  t.equal(fs.statSync(folder).mode & 0o777, 0o700);
  const rows = readCopy(path.join(folder, 'ops.db'), (ops) =>
    ops.prepare('SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1').get(),
  );
  t.strictSame(rows, manifest.audit_head);
});

t.test('a backup may leave out the index, and needs none', async (t) => {
  const app = await startApp(t);
  const first = await app.run('backup');
  t.match(first, { status: 'succeeded', result: { files: 3 } });
  await app.run('import');
  await app.run('index', {});
  const second = await app.run('backup', { include_index: false });
  const { backup } = second.result as { backup: string };
  t.match(readManifest(path.join(app.config.backupPath, backup)), { index: null, model: null });
});

t.test('a damaged database is not backed up, and no older backup goes for it', async (t) => {
  const app = await startApp(t);
  await app.run('import');
  await app.run('backup', {});
  const before = setsOf(app);
  damageTable(app.config.databasePath, 'experiences', 'last');
  const job = await app.run('backup', {});
  t.match(job, { status: 'failed', failure: { detail: { code: 'database_damaged' } } });
  const said = String(job.failure?.message);
  t.match(said, /chl\.db is damaged: a part of it cannot be read\. .*Restore from the backup of/);
  t.notMatch(said, '.partial');
  t.strictSame(setsOf(app), before);
});

t.test('the settings of a backup are those that an export has', async (t) => {
  const app = await startApp(t);
  const put = async (address: string, body: object) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(app.origin + address, { method: 'PUT', headers, body: JSON.stringify(body) });
    t.equal(answer.status, 200);
  };
  await put('/api/v1/settings/values', { values: { 'retention.days': 30, 'limits.import.hard_sec': 100 } });
  await put('/api/v1/flags/traces', { is_on: true, percent: 20, note: 'slow pages' });
  const { result } = await app.run('backup');
  const file = path.join(app.config.backupPath, String(result?.backup), 'settings.json');
  const exported = await (await fetch(`${app.origin}/api/v1/settings/export`)).json();
  t.match(exported, { flags: [{ key: 'traces', percent: 20 }] });
  t.strictSame(JSON.parse(fs.readFileSync(file, 'utf8')), exported);
});

t.test('a backup on a disk without room is refused before anything is written', async (t) => {
  const app = await startApp(t);
  await app.run('import');
  const { result } = await app.run('backup');
  const manifest = path.join(app.config.backupPath, String(result?.backup), 'manifest.json');
  const huge = JSON.parse(fs.readFileSync(manifest, 'utf8'));
  huge.files[0].bytes = 1e15;
  fs.writeFileSync(manifest, JSON.stringify(huge));
  const before = fs.readdirSync(app.config.backupPath);
  const refused = await app.json('/api/v1/operations/backup', { args: {} });
  t.equal(refused.status, 507);
  t.match(refused.body.error, { code: 'disk_full', message: /^A backup needs \S+ GiB, and the disk of/ });
  t.strictSame(fs.readdirSync(app.config.backupPath), before);
});

t.test(
  'of ten backups the limits keep the newest, the newest proven and one that is tested again',
  async (t) => {
    const app = await startApp(t, {
      env: { CHL_BACKUP_DAILY: '1', CHL_BACKUP_WEEKLY: '0', CHL_BACKUP_MONTHLY: '0' },
    });
    const nine = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((day) =>
      addBackup(app, `2026-11-0${day}T02:00:00.000Z`, [2, 4].includes(day) ? proven : {}),
    );
    const ids = nine.map(({ id }) => id);
    const [, , , newestProven = '', tested = ''] = ids;
    const { id } = insertJob(app.parts.repository, { operation: 'drill', args: { backup: tested } });
    const wait = `UPDATE job SET status = 'retrying', next_attempt_at = '2099-01-01T00:00:00.000Z' WHERE id = ?`;
    app.ops.prepare(wait).run(id);
    const made = await app.run('backup');
    const kept = [newestProven, tested, String(made.result?.backup)];
    t.strictSame(
      made.result?.removed,
      ids.filter((id) => !kept.includes(id)),
    );
    t.strictSame(setsOf(app), kept);
    t.match(app.parts.backups.find(ids[0] ?? ''), { gone_at: String });
    const refused = await fetch(`${app.origin}/api/v1/backups/${newestProven}`, {
      method: 'DELETE',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ reason: 'a test needs it', confirm: 'delete' }),
    });
    t.equal(refused.status, 409);
    t.match(await refused.json(), { error: { code: 'last_proven' } });
    t.strictSame(setsOf(app), kept);
  },
);
