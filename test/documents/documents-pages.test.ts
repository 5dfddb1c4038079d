// Documents as people and programs meet them: the editor with its conflict, the pages, the handover card, the API.
import '../support/plain-children.ts';
import t from 'tap';
import { startApp, type TestApp } from '../support/app.ts';
import { textOf } from '../support/screen.ts';
import { as, startWithRoles } from '../support/roles.ts';
import { parse } from 'node-html-parser';

const noop = { env: { CHL_OPERATIONS_MODE: 'noop' } };

async function put(app: TestApp, key: string, body: object) {
  const answer = await fetch(`${app.origin}/api/v1/documents/${key}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', ...as('operator') },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: await answer.json() };
}

t.test('documents', async (t) => {
  const app = await startWithRoles(t, (t) => startApp(t, noop));
  const submit = (address: string, form: Record<string, string>) =>
    app.submit(`/ui/documents/${address}`, form, as('operator'));

  await t.test('without a handover note the card says what to write', async (t) => {
    const { html } = await app.page('/ui/documents/handover', as('viewer'));
    t.match(textOf(html, '.card-body'), 'No handover note yet. Write who looks after this machine');
    t.equal(html.querySelector('#edit-handover')?.getAttribute('aria-disabled'), 'true', 'a viewer sees why');
    const answer = await fetch(`${app.origin}/documents/note/handover`, {
      redirect: 'manual',
      headers: as('admin'),
    });
    t.equal(answer.headers.get('location'), '/documents/note/handover/edit');
    const { html: list } = await app.page('/documents?kind=note');
    t.match(textOf(list, '.empty'), 'No notes yet');
    t.match(textOf((await app.page('/status')).html, '#status-card'), /Documents 6 runbooks\./);
  });

  await t.test('a form saves the note, and the card shows it', async (t) => {
    const { html } = await app.page('/documents/note/handover/edit', as('operator'));
    t.equal(html.querySelector('#doc-title')?.getAttribute('value'), 'Handover note');
    const form = {
      version: '0',
      title: 'Handover note',
      owner: 'anna',
      tags: 'on call, on call',
      body: '\r\n**Never** import archive.\r\n',
    };
    const saved = await submit('note/handover/save', form);
    t.equal(saved.headers.get('location'), '/documents/note/handover');
    const { html: card } = await app.page('/ui/documents/handover');
    t.equal(card.querySelector('.note-text strong')?.text, 'Looks after this now: anna');
    t.match(textOf(card, '.note-text'), 'Never import archive.');
    const { body } = await app.json('/api/v1/documents/note/handover');
    t.match(body, { version: 1, body: '\n**Never** import archive.\n', tags: ['on call'], by: 'operator' });
    const { html: editor } = await app.page('/documents/note/handover/edit', as('operator'));
    t.strictSame(
      editor.querySelectorAll('.card-foot button').map((button) => button.text.trim()),
      ['Preview', 'Save'],
    );
    const untitled = await submit('note/handover/save', { ...form, version: '1', title: '' });
    const again = parse(await untitled.text());
    t.equal(textOf(again, 'h1'), 'Edit “Handover note”');
    t.match(textOf(again, '.crumbs'), 'Handover note');
    t.match(
      editor.querySelector('#doc-body')?.text,
      '\n\n**Never** import archive.\n',
      'the first line end is the template’s',
    );
    t.match(textOf(editor, '#save-document'), 'Save');
  });

  await t.test('the second of two tabs gets both texts, and can save its own', async (t) => {
    await put(app, 'note/handover', { title: 'Handover note', body: 'Theirs <b>', version: 1 });
    const form = {
      version: '1',
      title: 'Handover note',
      owner: 'anna',
      tags: 'on call',
      body: 'Mine </textarea>',
    };
    const refused = await submit('note/handover/save', form);
    t.equal(refused.status, 409);
    const html = parse(await refused.text());
    const [theirs, mine] = html.querySelectorAll('.doc-source').map((one) => one.text.trim());
    t.equal(theirs, 'Theirs <b>', 'as text');
    t.equal(mine, 'Mine </textarea>');
    t.match(html.querySelector('#doc-body')?.rawText, 'Mine &lt;/textarea&gt;');
    t.equal(textOf(html, '#save-document'), 'Save mine as version 3');
    t.match(textOf(html, '[data-discard]'), 'Take version 2');
    t.match(textOf(html, '[role=alert]'), 'Version 2 was saved by operator since you opened version 1.');
    const version = html.querySelector('[name=version]')?.getAttribute('value') ?? '';
    t.equal((await submit('note/handover/save', { ...form, version })).status, 303);
    t.match((await app.json('/api/v1/documents/note/handover')).body, {
      version: 3,
      body: 'Mine </textarea>',
    });
    const again = await put(app, 'note/handover', { title: 'x', body: 'late', version: 2 });
    t.match(again, {
      status: 409,
      body: {
        error: {
          code: 'edit_conflict',
          details: {
            current: { version: 3, body: 'Mine </textarea>', by: 'operator' },
            yours: { body: 'late' },
          },
        },
      },
    });
  });

  await t.test('all faults of a form are shown at once, with what was typed', async (t) => {
    const refused = await submit('runbook/new/save', {
      title: '磁盘已满',
      body: '',
      review_days: 'often',
      tags: 'a',
    });
    t.equal(refused.status, 422);
    const html = parse(await refused.text());
    t.strictSame(
      html.querySelectorAll('.callout a').map((link) => link.getAttribute('href')),
      ['#doc-slug', '#doc-body', '#doc-review_days'],
    );
    t.equal(html.querySelector('#doc-review_days')?.getAttribute('value'), 'often');
    t.equal(html.querySelector('#doc-title')?.getAttribute('value'), '磁盘已满');
    const taken = await submit('note/new/save', { title: 'Handover', body: 'x' });
    t.match(
      textOf(parse(await taken.text()), '#doc-slug-problem'),
      'There is a note with this address already.',
    );
    const made = await submit('note/new/save', { title: 'Über the sheet', body: 'x' });
    t.equal(made.headers.get('location'), '/documents/note/uber-the-sheet');
  });

  await t.test('a preview renders what is typed, stores nothing, and is inert', async (t) => {
    const form = {
      version: '3',
      title: 'T',
      body: '# Big\n\n<script>alert(1)</script> ![x](https://evil.example/x.png)',
    };
    const html = parse(await (await submit('note/handover/preview', form)).text());
    t.equal(textOf(html, '#document-preview .note-text h3'), 'Big');
    t.strictSame(html.querySelectorAll('#document-preview :is(script, img)'), []);
    t.match(html.querySelector('#doc-body')?.rawText, '# Big', 'nothing is lost without scripts');
    const part = await app.submit('/ui/documents/note/handover/preview', form, {
      ...as('operator'),
      'hx-request': 'true',
    });
    t.notMatch(await part.text(), '<html');
    t.match((await app.json('/api/v1/documents/note/handover')).body, { version: 3 });
  });

  await t.test('versions are shown, compared, and saved again', async (t) => {
    const { html } = await app.page('/documents/note/handover?version=1');
    t.match(textOf(html, '.callout'), 'This is version 1. The newest one is version 3');
    t.strictSame(
      html.querySelectorAll('.doc-versions li > a:first-child').map((link) => link.getAttribute('href')),
      [3, 2, 1].map((version) => `/documents/note/handover?version=${version}`),
    );
    const { html: changes } = await app.page('/documents/note/handover?version=2&changes=true');
    t.match(textOf(changes, '.diff del'), '**Never** import');
    t.match(textOf(changes, '.diff ins'), 'Theirs');
    const stale = await submit('note/handover/restore', { restored: '1', version: '2' });
    t.equal(stale.status, 409);
    await submit('note/handover/restore', { restored: '1', version: '3' });
    t.match((await app.json('/api/v1/documents/note/handover')).body, { version: 4, owner: 'anna' });
    t.match((await app.json('/api/v1/documents/note/handover?version=2')).body, {
      version: 2,
      newest_version: 4,
    });
    const { body: page } = await app.json('/api/v1/documents/note/handover/versions?limit=3');
    t.strictSame([page.items.length, page.next_cursor], [3, '2']);
    t.equal((await app.page('/documents/note/handover?version=9')).status, 404);
  });

  await t.test('a removed document says so and comes back', async (t) => {
    const { html: dialog } = await app.page('/ui/documents/note/uber-the-sheet/remove', as('operator'));
    t.match(textOf(dialog, 'h1'), 'Remove “Über the sheet”?');
    t.match(textOf(dialog, '.dlg-body'), 'The list “Removed” on Documents can bring it back.');
    const chips = async () =>
      (await app.page('/documents')).html
        .querySelectorAll('.chips .chip')
        .map((chip) => chip.text.replace(/\s+/g, ' ').trim());
    t.strictSame(await chips(), ['All 8', 'Runbooks 6', 'Post-mortems 0', 'Notes 2']);
    await submit('note/uber-the-sheet/remove', { reason: 'it is old' });
    t.strictSame(await chips(), ['All 7', 'Runbooks 6', 'Post-mortems 0', 'Notes 1', 'Removed 1']);
    const { html: list } = await app.page('/documents?removed=true', as('operator'));
    t.equal(textOf(list, '#h-documents'), '1 removed document');
    t.equal(list.querySelector('td a')?.getAttribute('href'), '/documents/note/uber-the-sheet');
    t.match(textOf(list, '#restore-note-uber-the-sheet'), 'Bring it back');
    t.strictSame(
      list.querySelectorAll('td input').map((input) => input.getAttribute('value')),
      ['1', '0'],
      'the same fields as on its page',
    );
    const action = list.querySelector('td form')?.getAttribute('action');
    t.equal(action, '/ui/documents/note/uber-the-sheet/restore');
    const late = await submit('note/uber-the-sheet/save', { version: '1', title: ' ', body: 'x' });
    t.equal(textOf(parse(await late.text()), 'h1'), 'Edit “Über the sheet”', 'with its stored title');
    t.equal((await app.json('/api/v1/documents/note/uber-the-sheet')).status, 404);
    const { html } = await app.page('/documents/note/uber-the-sheet', as('operator'));
    t.match(textOf(html, '.callout'), 'This document was removed');
    const fields = html
      .querySelectorAll('.callout input')
      .map((input) => [input.getAttribute('name') ?? '', input.getAttribute('value') ?? '']);
    await submit('note/uber-the-sheet/restore', Object.fromEntries(fields));
    t.match((await app.json('/api/v1/documents/note/uber-the-sheet')).body, { version: 2, removed_at: null });
    const row = app.ops.prepare(`SELECT reason, target FROM audit WHERE event = 'document.removed'`).get();
    t.match(row, { reason: 'it is old', target: 'document:note/uber-the-sheet' });
  });

  await t.test('the list searches words and tags, and goes on with a cursor', async (t) => {
    for (let at = 0; at < 3; at++)
      await put(app, `post_mortem/incident-${at}`, {
        title: `Incident ${at}`,
        body: '100% of _all_',
        tags: ['disk'],
      });
    const slugs = async (query: string) =>
      (await app.json(`/api/v1/documents?${query}`)).body.items.map(({ slug }: { slug: string }) => slug);
    t.strictSame(await slugs('kind=post_mortem'), ['incident-2', 'incident-1', 'incident-0']);
    t.strictSame(await slugs('q=100%25%20INCIDENT'), ['incident-2', 'incident-1', 'incident-0']);
    t.strictSame(await slugs('q=1_0%25'), [], 'no wildcards');
    t.strictSame(await slugs('tag=on%20call'), ['handover']);
    const { body } = await app.json('/api/v1/documents?kind=post_mortem&limit=2');
    t.strictSame(await slugs(`kind=post_mortem&cursor=${body.next_cursor}`), ['incident-0']);
    t.notOk('body' in body.items[0], 'without texts');
    t.equal((await app.json('/api/v1/documents?cursor=x')).status, 422);
    const { html } = await app.page('/documents?kind=post_mortem&q=nothing-has-this');
    t.match(textOf(html, '.empty'), 'No documents match these filters. 3 post-mortems without them.');
    t.equal(
      (await app.json('/documents/note/handover', undefined, { accept: 'application/json', ...as('admin') }))
        .body.slug,
      'handover',
    );
  });

  await t.test('a runbook is reviewed; its newest version has a page of its own', async (t) => {
    await put(app, 'runbook/disk-test', {
      title: 'Disk full',
      body: '- [ ] [Back up](op:backup)',
      review_days: 30,
    });
    const { body } = await app.json('/api/v1/documents/runbook/disk-test/review', {}, as('operator'));
    t.match(body, { reviewed_at: /^\d{4}-/, review_due_at: /^\d{4}-/ });
    const answer = await fetch(`${app.origin}/documents/runbook/disk-test`, {
      redirect: 'manual',
      headers: as('admin'),
    });
    t.equal(answer.headers.get('location'), '/runbooks/disk-test');
    const { html } = await app.page('/documents/runbook/disk-test?version=1');
    t.equal(textOf(html, '.operation-name'), 'Back up');
    const { html: editor } = await app.page('/documents/runbook/disk-test/edit', as('viewer'));
    t.equal(editor.querySelector('#save-document')?.getAttribute('aria-disabled'), 'true');
    t.equal((await app.json('/api/v1/documents/song/x')).status, 404);
    t.equal((await app.json('/api/v1/documents/note/handover/review', {}, as('operator'))).status, 409);
  });
});
