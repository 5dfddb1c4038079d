import t, { type Test } from 'tap';
import type { Hit } from '../../src/index/search.ts';
import { startApp } from '../support/app.ts';
import { addCategory, addExperience, addManual, createLibrary } from '../support/entries.ts';
import { rebuild } from '../support/index-of.ts';
import { textOf } from '../support/screen.ts';
import { makeFolder } from '../support/folder.ts';

/** A server with a library of three entries and, by default, an index of them. */
async function open(t: Test, { isBuilt = true, ids = [] as string[] } = {}) {
  const { config, library } = createLibrary(makeFolder(t));
  t.teardown(() => library.close());
  addCategory(library, 'EMP');
  addExperience(library, 'E1', { title: 'Pack <files>', playbook: 'Create a gzipped archive & "more"' });
  addExperience(library, 'E2', { title: 'Resize an image', playbook: '图片缩放，然后保存' });
  addManual(library, 'M1', { title: 'Archives', content: 'All about archives.', summary: 'tar and zip' });
  for (const id of ids) addExperience(library, id);
  if (isBuilt) await rebuild(config, library);
  const app = await startApp(t, { root: config.root });
  return { app, library, refresh: () => app.parts.liveIndex.refresh() };
}

/** The tests that change nothing share one server. */
let shared: ReturnType<typeof open> | null = null;
const openShared = () => {
  shared ??= open(t);
  return shared;
};

t.test('a search shows score, reason, escaped text with marked words, and the index used', async (t) => {
  const { app } = await openShared();
  const { status, html, text } = await app.page('/library?q=gzip+files');
  t.equal(status, 200);
  const [first] = html.querySelectorAll('.hits li');
  t.match(first?.innerHTML, /Pack &lt;<mark>files<\/mark>&gt;/);
  t.match(first?.innerHTML, /<mark>gzipped<\/mark> archive &amp; &quot;more&quot;/);
  t.notMatch(text, /<files>/);
  t.match(first?.querySelector('.score')?.text, /Score 0\.\d\d$/);
  t.match(first?.querySelector('.score rect')?.getAttribute('width'), /^\d+%$/);
  t.match(first?.querySelector('.hit-foot')?.text, /[Ww]ords|letters/);
  t.equal(first?.querySelector('a')?.getAttribute('href'), '/library/E1?kind=experience');
  const generation = app.parts.liveIndex.indexState().generation;
  t.match(
    textOf(html, 'main details'),
    new RegExp(`Generation ${generation} Built .* Searched by Best Took [\\d.]+ ms`),
  );
});

t.test('the mode is chosen without a script, stays in each link, and says what it compares', async (t) => {
  const { app } = await openShared();
  const { html } = await app.page('/library?q=archive&mode=meaning');
  const modes = html.querySelectorAll('form[role="search"] input[name="mode"]');
  t.same(
    modes.map((input) => [input.getAttribute('value'), input.hasAttribute('checked')]),
    [
      ['best', false],
      ['words', false],
      ['meaning', true],
    ],
  );
  const about = modes.at(-1)?.getAttribute('aria-describedby');
  t.match(textOf(html, `#${about}`), /built-in embedder.*compares letters, not meaning/);
  const narrowing = html.querySelectorAll('.facets a').map((link) => link.getAttribute('href') ?? '');
  t.ok(narrowing.length > 0);
  t.ok(narrowing.every((href) => href.includes('mode=meaning')));
  t.notOk(html.querySelector('.facets [aria-current] .num + .sr'), 'nothing is narrowed yet');
});

t.test('kind and category narrow the search, and nothing found names the next step', async (t) => {
  const { app } = await openShared();
  const { html } = await app.page('/library?q=archive&kind=manual&category=GEN');
  t.same(
    html.querySelectorAll('.hits h3').map((title) => title.text),
    ['Archives'],
  );
  const chosen = html.querySelectorAll('.facets [aria-current]');
  t.same(
    chosen.map((link) => [link.text.replace(/\s+/g, ' ').trim(), link.getAttribute('href')]),
    [
      ['Manuals 1: remove this filter', '/library?q=archive&category=GEN'],
      ['Category GEN 1: remove this filter', '/library?q=archive&kind=manual'],
    ],
  );
  t.equal(html.querySelector('form input[name="category"]')?.getAttribute('value'), 'GEN');
  const none = (await app.page('/library?q=archive&category=EMP')).html;
  t.match(textOf(none, 'main'), /Nothing found No entry matches in Category EMP\. Try other words/);
  t.equal(textOf(none, 'a.btn[href="/library?q=archive"]'), 'Search all kinds and categories');
});

t.test('the page without a search lists the categories with their entries', async (t) => {
  const { app } = await openShared();
  const { html } = await app.page('/library');
  t.same(
    html.querySelectorAll('.categories li').map((one) => one.text.replace(/\s+/g, ' ').trim()),
    ['Category EMP 0 entries', 'Category GEN 3 entries'],
  );
  t.ok(html.querySelector('.categories a[href="/library?state=all&category=GEN"]'));
  t.ok(html.querySelector('.page-head a[href="/library/canaries"]'));
  const listed = (await app.page('/library?state=all&category=GEN&kind=manual')).html;
  t.notOk(listed.querySelector('.categories'));
  t.equal(listed.querySelector('#category option[selected]')?.getAttribute('value'), 'GEN');
  t.equal(listed.querySelector('#kind option[selected]')?.getAttribute('value'), 'manual');
  const old = (await app.page('/library?category=GEN')).html;
  t.match(textOf(old, 'form [aria-current]'), /Category GEN\s?: remove this filter/);
});

t.test('each sync state lists its entries with their reasons', async (t) => {
  const { app, library, refresh } = await open(t);
  library.exec(`UPDATE experiences SET title = 'Scale an image', embedding_status = 'failed' WHERE id = 'E2';
    UPDATE category_manuals SET embedding_status = 'pending' WHERE id = 'M1';
    DELETE FROM experiences WHERE id = 'E1';
    INSERT INTO ops_embedding_task (entity_type, entity_id, attempts, error, failed_at, fence)
      VALUES ('experience', 'E2', 3, 'The service said <no>.', '2026-01-01T00:00:00.000Z', 1)`);
  addExperience(library, 'E4');
  await refresh();
  const { html } = await app.page('/ui/operations/index');
  const link = (state: string) => html.querySelector(`a[href="/library?state=${state}"]`);
  t.equal(link('stale')?.text, '1 stale');
  t.match(html.querySelector('a[href="/ui/operations/repair/confirm"]')?.text, /Repair 3 entries…/);
  for (const [state, words] of [
    ['stale', /Archives.*Changed since it was embedded/],
    ['missing', /Title of E4.*Waiting in the queue/],
    ['failed', /Scale an image.*The service said <no>\./],
    ['orphan', /E1.*Removed/],
    ['fresh', /No entries.*No entry has this state/],
  ] as const) {
    const page = await app.page(link(state)?.getAttribute('href') ?? '');
    t.equal(page.status, 200);
    t.match(textOf(page.html, '#h-list + *, main'), words, state);
  }
});

t.test('a list is paged by links that keep its filters', async (t) => {
  const { app } = await open(t, { ids: Array.from({ length: 60 }, (_, i) => `X${100 + i}`) });
  const first = await app.page('/library?state=all&kind=experience&category=GEN');
  t.equal(first.html.querySelectorAll('.hits li').length, 50);
  const next = first.html.querySelector('a[rel="next"]')?.getAttribute('href') ?? '';
  t.match(next, /state=all&kind=experience&category=GEN&after=/);
  const second = await app.page(next.replaceAll('&amp;', '&'));
  t.equal(second.html.querySelectorAll('.hits li').length, 12);
  t.notOk(second.html.querySelector('a[rel="next"]'));
});

t.test('an entry shows its text, its fields, its state and its neighbours', async (t) => {
  const { app, library } = await open(t);
  const { status, html } = await app.page('/library/E1');
  t.equal(status, 200);
  t.equal(textOf(html, 'h1'), 'Pack <files>');
  t.match(textOf(html, 'main'), /Create a gzipped archive & "more".*Nearest neighbours/);
  t.match(
    html.querySelectorAll('.hits h3').map((title) => title.text),
    ['Archives', 'Resize an image'],
  );
  t.match(textOf(html, 'main'), /Queue Embedded Index Fresh/);
  t.ok(html.querySelector('a[href="/library?state=all&category=GEN"]'));
  t.equal(
    html.querySelector('.btn-row a')?.getAttribute('href'),
    '/ui/operations/index/confirm?entry=E1&full=true',
  );
  library.exec(`UPDATE experiences SET embedding_status = 'pending' WHERE id = 'E1';
    INSERT INTO ops_embedding_task (entity_type, entity_id, attempts, error, next_attempt_at, fence)
      VALUES ('experience', 'E1', 2, 'Too long', '2099-01-01T00:00:00.000Z', 1)`);
  const waiting = textOf((await app.page('/library/E1')).html, 'main');
  t.match(waiting, /Waiting for its embedding Attempts 2 Error Too long Next attempt 1 Jan 2099/);
  t.match(waiting, /Stale Changed since it was embedded.*finds it by its old text/);
});

t.test('re-embed runs the operation for this entry only', async (t) => {
  const { app, library } = await open(t);
  const dates = () =>
    library.prepare('SELECT entity_id, created_at FROM embeddings ORDER BY 1').raw().all() as string[][];
  const before = new Map(dates() as [string, string][]);
  const dialog = await app.page('/ui/operations/index/confirm?entry=E1&full=true');
  t.equal(dialog.html.querySelector('[name="entry"]')?.getAttribute('value'), 'E1');
  await app.run('index', { entry: 'E1', full: true });
  const changed = dates().filter(([id, at]) => before.get(id ?? '') !== at);
  t.same(
    changed.map(([id]) => id),
    ['E1'],
  );
});

t.test('the link of a list opens an entry with any text as its id', async (t) => {
  const ids = [
    'a/b',
    '../x',
    '.',
    '..',
    '"q"',
    "it's",
    '<b>',
    'a b?c#d%',
    'ünï 🙂',
    'nul\0end',
    '/',
    'x'.repeat(2000),
  ];
  const { app } = await open(t, { ids });
  const { html } = await app.page('/library?state=all&kind=experience');
  const links = html.querySelectorAll('.hits h3 a').map((link) => link.getAttribute('href') ?? '');
  t.equal(links.length, ids.length + 2);
  const shown = new Set<string>();
  for (const link of links) {
    const page = await app.page(link);
    t.equal(page.status, 200, link);
    shown.add(textOf(page.html, 'h1'));
  }
  t.equal(shown.size, links.length);
});

t.test(
  'an unknown entry, kind, category, state or position is answered with message and status',
  async (t) => {
    const { app } = await openShared();
    for (const [address, status, words] of [
      ['/library/nope', 404, /The library has no entry "nope"/],
      ['/library/E1?kind=manual', 404, /no manual "E1"/],
      ['/library/E1?kind=category', 422, /"category" is not a kind\. Choose one of: experience, manual/],
      ['/library?q=x&kind=recipe', 422, /"recipe" is not a kind/],
      ['/library?q=x&mode=odd', 422, /"odd" is not a mode\. Choose one of: best, words, meaning/],
      ['/library?q=x&category=NOP', 422, /no category "NOP"/],
      ['/library?state=all&category=NOP', 422, /no category "NOP"/],
      ['/library?state=odd', 422, /"odd" is not a state\. Choose one of: all, fresh/],
      ['/library?state=all&after=x', 422, /cannot continue from here/],
      ['/library?q=+', 422, /The search is empty/],
      [`/library?q=${'x'.repeat(10_000)}`, 422, /has 10000 characters; at most 500/],
    ] as const) {
      const page = await app.page(address);
      t.equal(page.status, status, address.slice(0, 60));
      t.match(textOf(page.html, 'main'), words);
    }
    t.equal((await app.page('/library?q=%00%22%3Cscript%3E')).status, 200);
  },
);

t.test('without an index the page names the next step and lists missing entries', async (t) => {
  const { app } = await open(t, { isBuilt: false });
  const { status, html } = await app.page('/library?q=archive');
  t.equal(status, 200);
  t.match(textOf(html, 'main'), /There is no index yet\. Rebuild the index.*Go to Operations/);
  t.equal((await app.page('/library?state=missing')).html.querySelectorAll('.hits li').length, 3);
  t.match(textOf((await app.page('/library/E1')).html, 'main'), /Index Missing Not embedded yet/);
});

t.test('the API gives the entries by state, and one with its queue and index state', async (t) => {
  const { app } = await openShared();
  const first = await app.json('/api/v1/entries?limit=2');
  t.match(first.body, { items: [{ entity_id: 'E1', standing: 'fresh' }, { entity_id: 'E2' }] });
  const second = await app.json(`/api/v1/entries?cursor=${first.body.next_cursor}`);
  t.match(second.body, { items: [{ entity_id: 'M1' }], next_cursor: null });
  t.match((await app.json('/api/v1/entries/M1')).body, {
    id: 'M1',
    kind: 'manual',
    body: 'All about archives.',
    queue: null,
    index: { standing: 'fresh', neighbours: [{ entity_id: 'E1' }, {}] },
  });
  t.equal((await app.json('/api/v1/entries/nope')).status, 404);
  t.equal((await app.json('/api/v1/entries?state=odd')).status, 422);
  const found = await app.json(`/api/v1/search?q=${encodeURIComponent('缩放 tar')}&mode=words`);
  t.match(found.body, {
    mode: 'words',
    hits: [{}, {}],
    facets: {
      kinds: [
        { kind: 'experience', count: 1 },
        { kind: 'manual', count: 1 },
      ],
      categories: [{ code: 'GEN', count: 2 }],
    },
    notes: [],
  });
  t.same(found.body.hits.find((hit: Hit) => hit.entity_id === 'E2').words, ['缩放']);
  t.equal((await app.json('/api/v1/search?q=x&mode=odd')).status, 422);
  t.equal((await app.json('/api/v1/search?q=x&category=NOP')).status, 422);
  t.equal((await app.json(`/api/v1/search?q=${'x'.repeat(10_000)}`)).status, 422);
});

t.test('an entry, and the category of a list, can be embedded again by a button', async (t) => {
  const { app } = await openShared();
  const { html } = await app.page('/library?state=all&category=GEN');
  const links = html.querySelectorAll('#h-list ~ a, .hits a.btn');
  t.same(
    links.map((link) => link.text.trim()),
    ['Re-embed category GEN…', 'Re-embed…', 'Re-embed…', 'Re-embed…'],
  );
  const questions = await Promise.all(
    links.slice(0, 2).map(async (link) => (await app.page(link.getAttribute('href') ?? '')).html),
  );
  t.match(textOf(questions[0] as never, 'main'), 'Embed category GEN again and rebuild the index?');
  t.match(textOf(questions[1] as never, 'main'), /Embed entry [EM]\d again and rebuild the index\?/);
  const all = await app.page('/library?state=all');
  t.notMatch(textOf(all.html, 'main'), 'Re-embed category', 'without a category there is none');
});

t.test('Markdown of an entry is rendered without images and HTML, and is also shown as text', async (t) => {
  const { app, library } = await openShared();
  const content =
    '# tar\n\n<b onclick=x>bold</b> ![i](https://a.example/i.png)\n\n- Create:\n\n`tar cf {{a.tar}}`';
  library.prepare(`UPDATE category_manuals SET content = ? WHERE id = 'M1'`).run(content);
  const { html } = await app.page('/library/M1');
  const text = html.querySelector('.note-text');
  t.equal(text?.querySelector('h3')?.text, 'tar');
  t.equal(text?.querySelector('p code')?.text, 'tar cf {{a.tar}}');
  t.match(text?.text, '<b onclick=x>bold</b> !i');
  t.same(text?.querySelectorAll('b, img'), []);
  const plain = html.querySelector('a[href="/library/M1?kind=manual&as=text"]');
  t.equal(plain?.text, 'Show as text');
  const shown = (await app.page('/library/M1?kind=manual&as=text')).html;
  t.equal(shown.querySelector('#entry-body')?.text, content);
  t.ok(shown.querySelector('[data-copy="entry-body"]'));
  t.equal(textOf(shown, 'a[href="/library/M1?kind=manual"]'), 'Show formatted');
  t.notOk((await app.page('/library/E2')).html.querySelector('.note-text'), 'a command is no Markdown');
});
