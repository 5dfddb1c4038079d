// The index and the settings of a backup: staged as a snapshot, and shown before they are imported.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { backupStore } from '../../src/backup-store/feature.ts';
import { setFile } from '../../src/backup-store/set-files.ts';
import { writeIndexedSet, writeSet } from '../support/backup-set.ts';
import { textOf } from '../support/screen.ts';
import { memberStem } from '../support/snapshots.ts';
import { auditRows, confirmed, startIndexed } from '../support/uploads.ts';

const staged = (root: string) =>
  fs.readdirSync(path.join(root, 'faiss_index')).filter((name) => name.startsWith('staged-'));

t.test('the index of a backup is checked, staged, and installed by the operation snapshot', async (t) => {
  const app = await startIndexed(t);
  const id = await writeIndexedSet(app);
  await app.use(backupStore).inventory.runOnce();
  const { html: page } = await app.page(`/backups/${id}`);
  t.ok(
    page.querySelector(`form[action="/ui/backups/${id}/index"] button`),
    'the page of the backup offers it',
  );
  t.ok(page.querySelector(`a[href="/settings/import?backup=${id}"]`));
  const shown = await app.submit(`/ui/backups/${id}/index`, {});
  t.equal(shown.status, 303);
  const [folder = ''] = staged(app.root);
  const address = shown.headers.get('location') ?? '';
  t.equal(address, `/ui/operations/snapshot/confirm?staged_id=${folder.slice('staged-'.length)}`);
  const { html } = await app.page(address);
  t.match(textOf(html, 'main'), `index of backup ${id}, uploaded by`);
  t.match(textOf(html, 'main'), /4 vectors of 384 numbers by \S+, built 28 Nov 2026/);
  const answer = await app.json(`/api/v1/backups/${id}/index`, {});
  t.match(answer, { status: 202, body: { manifest: { count: 4 }, coverage: { covered: 4, entries: 4 } } });
  const { staged_id } = answer.body;
  const { body } = await app.json('/api/v1/operations/snapshot', { args: { staged_id }, ...confirmed });
  t.match(await app.whenJob(body.number), { status: 'succeeded', result: { vectors: 4 } });
  t.match(auditRows(app, 'snapshot.upload'), [
    { target: `index of backup ${id}`, outcome: 'ok' },
    { outcome: 'ok' },
  ]);
  t.strictSame(fs.readdirSync(path.join(app.root, 'uploads')), []);
});

t.test('a set without an index, or with a damaged one, is refused with its file', async (t) => {
  const app = await startIndexed(t);
  const id = await writeIndexedSet(app);
  const bare = '20261129T020000Z-2';
  await writeSet(app.parts.config, bare, app.library);
  const stage = async (backup: string) => (await app.json(`/api/v1/backups/${backup}/index`, {})).body.error;
  const none = { code: 'not_found', message: 'There is no backup 20261130T020000Z-3.' };
  t.match(await stage('20261130T020000Z-3'), none);
  const copy = 'library-20261128T010000.000Z-by-hand.db';
  fs.writeFileSync(path.join(app.root, 'backups', copy), '');
  t.match(await stage(copy), { code: 'wrong_state', message: /is a copy of the library alone/ });
  t.match(await stage('none'), { code: 'not_found', message: 'There is no backup "none".' });
  t.match(await stage(bare), {
    message: `The backup ${bare} has no index. Rebuild the index from the library instead.`,
  });
  for (const name of [`index/${memberStem}.meta.json`, `index/${memberStem}.index`]) {
    const file = setFile(app.parts.config, id, name);
    const bytes = fs.readFileSync(file);
    bytes[40] = (bytes[40] ?? 0) ^ 1;
    fs.writeFileSync(file, bytes);
    t.match(await stage(id), { code: 'bad_input', details: { code: 'backup_damaged', file } });
    fs.rmSync(file);
    execFileSync('mkfifo', [file]);
    t.match(await stage(id), { code: 'bad_input', details: { code: 'backup_damaged', file } });
    bytes[40] = (bytes[40] ?? 0) ^ 1;
    fs.rmSync(file);
    fs.writeFileSync(file, bytes);
  }
  t.strictSame(staged(app.root), []);
  const refused = auditRows(app, 'snapshot.upload').map(({ outcome, detail }) => [outcome, detail.code]);
  t.equal(refused.length, 8);
  t.ok(refused.every(([outcome]) => outcome === 'refused'));
});

t.test('the settings of a backup are shown with what they would change, then imported', async (t) => {
  const app = await startIndexed(t);
  const id = await writeIndexedSet(app, { 'retention.days': 31, 'limits.gone.hard_sec': 60 });
  await app.use(backupStore).inventory.runOnce();
  const since = { 'retention.jobs': 700, 'limits.import.retries': 1 };
  const change = await fetch(`${app.origin}/api/v1/settings/values`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ values: since }),
  });
  t.equal(change.status, 200);
  const { body: given } = await app.json(`/api/v1/backups/${id}/settings`);
  const then = { 'retention.days': 31, 'retention.jobs': null, 'limits.import.retries': null };
  t.strictSame(given.settings, then, 'what was saved since was at its default then');
  const { html } = await app.page(`/settings/import?backup=${id}`);
  t.match(textOf(html, 'main'), /retention\.jobs 700\D* default, [\d,]+\D* Changes/);
  t.match(textOf(html, 'main'), /limits\.gone\.hard_sec .*There is no setting "limits\.gone\.hard_sec"/);
  t.match(textOf(html, 'main'), 'These are the settings of the backup of 28 Nov 2026, 02:00.');
  const form = html.querySelector('form[action="/ui/settings/import/apply"]');
  const fields = (form?.querySelectorAll('input[type=hidden]') ?? []).map(({ attributes }) => [
    attributes.name ?? '',
    attributes.value ?? '',
  ]);
  const unescaped = Object.fromEntries(fields);
  const applied = await app.submit('/ui/settings/import/apply', {
    ...unescaped,
    reason: 'a test needs it',
    confirm: 'settings',
  });
  t.equal(applied.status, 303);
  t.equal(app.parts.config.retentionDays, 31);
  t.strictSame((await app.json('/api/v1/settings/export')).body.settings, { 'retention.days': 31 });
  const { body: file } = await app.json(`/api/v1/backups/${id}/settings`);
  t.strictSame(file.settings, { 'retention.days': 31 }, 'a program gets what an import takes');
  t.match((await app.json('/api/v1/settings/import', { file })).body.changes, [{ state: 'unchanged' }]);

  const copy = 'library-20261128T010000.000Z-by-hand.db';
  fs.writeFileSync(path.join(app.root, 'backups', copy), '');
  for (const other of ['20261130T020000Z-3', 'none', copy])
    t.equal((await app.page(`/settings/import?backup=${other}`)).status, 404, other);
  const manifest = setFile(app.parts.config, id, 'manifest.json');
  const text = fs.readFileSync(manifest, 'utf8');
  fs.writeFileSync(manifest, text.replace('"revision": 1', '"revision": 2'));
  const foreign = {
    message: `${manifest} is not the file that the backup was made with: its SHA-256 differs.`,
  };
  t.match((await app.json(`/api/v1/backups/${id}/settings`)).body.error, foreign);
  t.match((await app.json(`/api/v1/backups/${id}/index`, {})).body.error, foreign);
  fs.writeFileSync(manifest, text);
  fs.appendFileSync(setFile(app.parts.config, id, 'settings.json'), ' ');
  const damaged = await app.page(`/settings/import?backup=${id}`);
  t.ok(damaged.status >= 400);
  t.match(textOf(damaged.html, 'main'), /settings\.json has [\d,]+ bytes instead of/);
  const settings = setFile(app.parts.config, id, 'settings.json');
  fs.rmSync(settings);
  execFileSync('mkfifo', [settings]);
  const pipe = await app.json(`/api/v1/backups/${id}/settings`);
  t.match([pipe.status, pipe.body.error.details], [422, { code: 'backup_damaged', file: settings }]);
  fs.rmSync(settings);
  fs.closeSync(fs.openSync(settings, 'w'));
  fs.truncateSync(settings, 3_000_000_000);
  t.match((await app.json(`/api/v1/backups/${id}/settings`)).body.error, {
    message: /has 3,000,000,000 bytes instead of/,
  });
});
