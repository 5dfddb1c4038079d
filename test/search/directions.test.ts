// Titles with direction controls, from the sheet to every page that shows them.
import t from 'tap';
import { addManual } from '../support/entries.ts';
import { experience, sheet, writeSheet } from '../support/library.ts';
import { startApp } from '../support/app.ts';

t.test('no page lets a title reorder the text after it', async (t) => {
  const app = await startApp(t);
  const title = 'Invoice \u202E fdp.fuse report';
  writeSheet(app.parts, sheet({ experiences: [experience({ title, playbook: `${title}\nend` })] }));
  await app.run('import', { dry_run: false });
  const content = `# Steps\n\n- ${title} **end**\n- two`;
  addManual(app.library, 'MNL-2', { category_code: 'GIT', title: 'Rendered', content });
  await app.run('index');
  const pages = [
    '/library?state=all',
    '/library?q=invoice',
    '/library/EXP-1?kind=experience',
    '/library/MNL-1?kind=manual',
  ];
  for (const page of pages) {
    const { status, html } = await app.page(page);
    t.equal(status, 200, page);
    const directed = html
      .querySelectorAll('body *')
      .filter(({ childNodes }) =>
        childNodes.some((node) => node.nodeType === 3 && node.text.includes('\u202E')),
      );
    t.ok(directed.length > 0, `${page} shows the title`);
    for (const { tagName, text } of directed) {
      t.equal(tagName, 'BDI', page);
      t.ok(text.endsWith('\u202C'), 'the override ends with the title');
    }
  }
  const rendered = (await app.page('/library/MNL-2')).html.querySelectorAll('.note-text > ul > li');
  t.same(
    rendered.map(({ text }) => text),
    [`${title} end`, 'two'],
    'a text that is rendered reorders at most its own block',
  );
  const { html } = await app.page('/library/EXP-1?kind=experience');
  t.equal(html.querySelector('title')?.text, `${title}\u202C · CHL Operations`);
});
