// A real backup from its job to the pages that show it.
import '../support/plain-children.ts';
import path from 'node:path';
import t from 'tap';
import { readManifest } from '../../src/backup-store/manifest.ts';
import { startApp } from '../support/app.ts';
import { textOf } from '../support/screen.ts';
import { until } from '../support/until.ts';
import { startWriter } from '../support/writer.ts';

t.test('a backup that is made and tested shows as proven on every page', async (t) => {
  const app = await startApp(t);
  await app.run('import');
  const made = await app.run('backup', { note: 'the first one' });
  t.match(made, { status: 'succeeded', failure: null });
  const { body } = await app.json('/api/v1/backups?kind=full');
  t.match(body.items, [{ proof: 'none', job: made.number, note: 'the first one' }]);
  const [{ id }] = body.items;
  const before = (await app.page('/backups')).html;
  t.match(textOf(before, '#h-come-back ~ *, #backup-list'), /Would lose nothing of the library/);
  t.match(textOf(before, `#backup-${id}`), / [KM]iB without index the first one/);

  const tested = await app.run('drill');
  t.match(tested, { status: 'succeeded', failure: null });
  for (const number of [made.number, tested.number])
    t.equal(
      (await app.page(`/jobs/${number}`)).html
        .querySelector('[aria-labelledby=h-backup] a')
        ?.getAttribute('href'),
      `/backups/${id}`,
    );
  const { html } = await app.page(`/backups/${id}`);
  t.match(textOf(html, 'h1'), /Test without a result$/);
  t.ok(html.querySelectorAll('#backup .step').length >= 5);
  t.match(textOf(html, '#backup .steps'), /Not reached 1 step: Search answers$/);
  t.match(textOf(html, '#backup .page-head'), /Full, without index, [\d.]+ [KM]iB\./);
  t.match(textOf(html, '[aria-labelledby=h-details]'), / Took [\d.]+ s /);
  const copy = app.parts.backups.all().find(({ kind }) => kind === 'before_import');
  const { html: ofCopy } = await app.page(`/backups/${copy?.id}`);
  t.match(textOf(ofCopy, '[aria-labelledby=h-details]'), /^Details Name library-/);
  t.notMatch(textOf(ofCopy, '[aria-labelledby=h-details]'), 'Took', 'its job did more than copy');
  t.match(textOf((await app.page('/operations')).html, '#outlook-card'), /^Outlook .*Backup/);
  t.match(textOf((await app.page('/backups')).html, '#backup-list'), /Daily 7 days/);
});

t.test(
  'a backup made while a worker embeds and another process writes every 5 ms is complete and proves',
  { timeout: 60_000 },
  async (t) => {
    const app = await startApp(t, { env: { CHL_WORKERS: '1' } });
    await app.run('import');
    await app.run('index');
    const grow = app.library.prepare('INSERT INTO categories VALUES (?, ?, ?, ?)');
    for (let at = 0; at < 12; at += 1) grow.run(`W${at}`, `Large ${at}`, 'x'.repeat(1_000_000), '');
    const embedded = () => app.parts.workers.view().workers[0]?.processed ?? 0;
    const rows = () => app.library.prepare('SELECT count(*) FROM categories').pluck().get() as number;
    await startWriter(
      t,
      app.config.databasePath,
      `INSERT INTO categories VALUES ('V' || (SELECT count(*) FROM categories), 'Written ' || (SELECT count(*) FROM categories), '', '')`,
      `UPDATE experiences SET embedding_status = 'pending'
        WHERE id IN (SELECT id FROM experiences ORDER BY random() LIMIT 3)`,
    );
    await until(() => embedded() > 0);
    const before = { rows: rows(), embedded: embedded() };
    const made = await app.run('backup');
    t.match(made, { status: 'succeeded', failure: null });
    const manifest = readManifest(path.join(app.config.backupPath, String(made.result?.backup)));
    const { categories = 0 } = manifest.counts.library;
    t.ok(
      before.rows < categories && categories < rows(),
      'the writer wrote before, during and after the copy',
    );
    await until(() => embedded() > before.embedded);
    const tested = await app.run('drill');
    t.match(tested, { status: 'succeeded', result: { backup: made.result?.backup, proof: 'proven' } });
  },
);
