import { hash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { readManifest } from '../../src/backup-store/manifest.ts';
import { readCopy } from '../../src/backup-store/set-draft.ts';
import { startApp, type TestApp } from '../support/app.ts';

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

t.test('the settings of a backup are those that an export has', async (t) => {
  const app = await startApp(t);
  const put = await fetch(`${app.origin}/api/v1/settings/values`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ values: { 'retention.days': 30, 'limits.import.hard_sec': 100 } }),
  });
  t.equal(put.status, 200);
  const { result } = await app.run('backup');
  const file = path.join(app.config.backupPath, String(result?.backup), 'settings.json');
  const exported = await (await fetch(`${app.origin}/api/v1/settings/export`)).json();
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
  'the limits remove old sets, but neither the newest proven one nor one that is being tested',
  async (t) => {
    const app = await startApp(t, {
      env: { CHL_BACKUP_DAILY: '1', CHL_BACKUP_WEEKLY: '0', CHL_BACKUP_MONTHLY: '0' },
    });
    const back = async () => String((await app.run('backup')).result?.backup);
    const proven = await back();
    const proof = { proof: 'proven', proof_job: 1, proof_at: '2026-11-28', proof_text: '' } as const;
    app.parts.backups.prove(proven, { ...proof, proof_steps: [] });
    const tested = await back();
    const add = `INSERT INTO job (id, operation, status, mode, requested_by, args, attempt, created_at)
    VALUES ('x', 'drill', 'queued', 'scripts', 'test', json_object('backup', ?), 0, '2026-11-28')`;
    app.ops.prepare(add).run(tested);
    const removed = await back();
    t.strictSame(setsOf(app), [proven, tested, removed]);
    const last = await app.run('backup');
    t.strictSame(last.result?.removed, [removed]);
    t.strictSame(setsOf(app), [proven, tested, last.result?.backup]);
    t.match(app.parts.backups.find(removed), { gone_at: String });
  },
);
