// Changes that a person cannot see in the plan are labelled: line ends, Unicode form, hidden characters.
import t from 'tap';
import { startApp } from '../support/app.ts';
import { experience, makeRoot, manual, sheet, writeSheet } from '../support/library.ts';
import { importSheet, nothing, plan } from '../support/plan.ts';
import { textOf } from '../support/screen.ts';

t.test(
  'a change of line endings or Unicode form only is labelled, field by field and row by row',
  async (t) => {
    const root = makeRoot(t);
    const before = {
      experiences: [
        experience({ playbook: '1. a\n2. b' }),
        experience({ id: 'EXP-2', title: 'Überprüfung', playbook: 'a\nb' }),
        experience({ id: 'EXP-3', title: 'öffnen', playbook: 'a\nb' }),
        experience({ id: 'EXP-4', title: 'A title', author: 'Ada' }),
      ],
      manuals: [manual({ content: 'x\ny' })],
    };
    importSheet(root, sheet(before));
    const after = {
      experiences: [
        experience({ playbook: '1. a\r\n2. b' }),
        experience({ id: 'EXP-2', title: 'Überprüfung'.normalize('NFD'), playbook: 'a\r\nb' }),
        experience({ id: 'EXP-3', title: 'öffnen'.normalize('NFD'), playbook: 'a\nc' }),
        experience({ id: 'EXP-4', title: 'A\u00a0title', author: 'Ada\u200b' }),
      ],
      manuals: [manual({ content: 'x\r\ny' })],
    };
    const { counts, preview, hiddenChanges } = plan(root, sheet(after));
    t.strictSame(counts, { ...nothing, changed: 5, unchanged: 1 });
    t.strictSame(
      preview.changed.map(({ fields }) => fields.map(({ field, difference = null }) => [field, difference])),
      [
        [['playbook', 'only line endings']],
        [
          ['title', 'only Unicode form'],
          ['playbook', 'only line endings'],
        ],
        [
          ['title', 'only Unicode form'],
          ['playbook', null],
        ],
        [
          ['title', 'only spaces or hidden characters'],
          ['author', 'only spaces or hidden characters'],
        ],
        [['content', 'only line endings']],
      ],
    );
    t.strictSame(
      hiddenChanges.map(({ tab, row, column, message }) => [tab, row, column, message]),
      [
        ['Experiences', 2, 'playbook', 'only line endings'],
        ['Experiences', 3, 'title, playbook', 'only Unicode form and line endings'],
        ['Experiences', 5, 'title, author', 'only spaces or hidden characters'],
        ['Manuals', 2, 'content', 'only line endings'],
      ],
    );
  },
);

t.test('the label is in the result, in the rows and on the page of the plan', async (t) => {
  const app = await startApp(t);
  const content = (end: string) => sheet({ experiences: [experience({ playbook: `a${end}b` })] });
  writeSheet(app.parts, content('\n'));
  await app.run('import');
  writeSheet(app.parts, content('\r\n'));
  const { number } = await app.run('import', { dry_run: true });
  const { body } = await app.json(`/api/v1/operations/jobs/${number}`);
  t.match(body.result, { changed: 1, hidden_changes: { 'only line endings': 1 } });
  t.match(body.result.preview.changed, [
    { fields: [{ field: 'playbook', difference: 'only line endings' }] },
  ]);
  const rows = await app.json(`/api/v1/operations/jobs/${number}/rows`);
  t.match(rows.body.items, [
    { ref: 'Experiences!2', outcome: 'changed', message: 'playbook: only line endings' },
  ]);
  const { html } = await app.page(`/jobs/${number}`);
  t.match(
    textOf(html, '.verdict'),
    'Dry run: 1 changed (1 only line endings), 2 unchanged. Nothing was written.',
  );
  t.match(textOf(html, '#job-rows, main'), 'playbook: only line endings');
});
