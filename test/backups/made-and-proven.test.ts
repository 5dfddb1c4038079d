// A real backup from its job to the pages that show it.
import '../support/plain-children.ts';
import t from 'tap';
import { startApp } from '../support/app.ts';
import { textOf } from '../support/screen.ts';

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
  t.match(textOf(html, 'h1'), /Proven|Test without a result/);
  t.ok(html.querySelectorAll('#backup .step').length >= 5);
  t.match(textOf((await app.page('/operations')).html, '#outlook-card'), /^Outlook Backup/);
  t.match(textOf((await app.page('/backups')).html, '#backup-list'), /Days with a backup 7/);
});
