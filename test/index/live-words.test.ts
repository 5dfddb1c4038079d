// Search by words in the live index, and search without a word index that can be used.
import fs from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import { wordIndexName } from '../../src/words/word-index.ts';
import { addExperience, addManual, createLibrary } from '../support/entries.ts';
import { makeFolder } from '../support/folder.ts';
import { rebuild } from '../support/index-of.ts';
import { openLiveIndex } from '../support/service-library.ts';

/** `change` damages the word index before the live index opens it. */
async function open(t: Test, change = (_words: string) => {}) {
  const { config, library } = createLibrary(makeFolder(t));
  t.teardown(() => library.close());
  addExperience(library, 'E1', { title: 'Create a gzipped archive', playbook: 'tar czf out.tgz in' });
  addExperience(library, 'E2', { title: 'Order at a café', playbook: 'Zahle auf der Straße' });
  addManual(library, 'M1', {
    title: '分支合并',
    content: '服务重启之后再合并分支',
    summary: 'Merge branches',
  });
  const { generation } = await rebuild(config, library);
  const words = path.join(config.indexFolder, generation, wordIndexName);
  change(words);
  const live = openLiveIndex(t, config);
  await live.start();
  return { config, library, live, words };
}

const idsOf = ({ hits }: { hits: { entity_id: string }[] }) => hits.map(({ entity_id }) => entity_id);

t.test('words are found in any script, and only where they are', async (t) => {
  const { live, library } = await open(t);
  for (const [query, id] of [
    ['gzipped', 'E1'],
    ['out.tgz', 'E1'],
    ['cafe', 'E2'],
    ['ＣＡＦＥ', 'E2'],
    ['strasse', 'E2'],
    ['合并', 'M1'],
    ['重启', 'M1'],
  ] as const) {
    t.same(idsOf(await live.search({ query, mode: 'words' })), [id], query);
    t.match((await live.search({ query })).hits[0], { entity_id: id, because: /words|both/ }, query);
  }
  t.match(await live.search({ query: 'archive zzyzx', mode: 'words' }), {
    mode: 'words',
    hits: [{ entity_id: 'E1', words: ['archive'] }],
    notes: [/^No entry has “zzyzx”\./],
    facets: { kinds: [{ kind: 'experience', count: 1 }], categories: [{ code: 'GEN', count: 1 }] },
  });
  t.same((await live.search({ query: 'archive', mode: 'words', kind: 'manual' })).hits, []);
  t.same((await live.search({ query: 'archive', mode: 'words' })).notes, []);
  t.match(await live.search({ query: 'zzyzx' }), { mode: 'best', notes: ['No entry has “zzyzx”.'] });
  const rest = 'zzyzx qwv bnmk prtx archive';
  t.match((await live.search({ query: rest })).notes, [
    /^No entry has/,
    'Nothing matches well. Try other words.',
  ]);
  library.exec("DELETE FROM experiences WHERE id = 'E1'");
  t.same(idsOf(await live.search({ query: 'archive', mode: 'words' })), [], 'an entry that is gone');
});

t.test('an index of a former version answers by meaning, and says so', async (t) => {
  const { live } = await open(t, (words) => fs.rmSync(words));
  t.match(live.indexState(), {
    state: 'ready',
    words_problem: /no word index: words\.db is not in its folder/,
  });
  await assertNoWords(
    t,
    live,
    /^The index has no word index.* Only meaning was searched\. Rebuild the index\.$/,
  );
});

t.test('a word index that is no database is a problem of its own', async (t) => {
  const { live } = await open(t, (words) => fs.writeFileSync(words, 'no database'));
  t.match(live.indexState(), {
    state: 'ready',
    words_problem: 'The word index cannot be used: words.db of the index is damaged or not a database.',
  });
  await assertNoWords(t, live, /^The word index cannot be used: .* Only meaning was searched\./);
});

t.test('a word index with damaged pages is noticed by the search that meets them', async (t) => {
  const { live } = await open(t, (words) => {
    const bytes = fs.readFileSync(words);
    fs.writeFileSync(words, bytes.fill(0xff, 4096));
  });
  await assertNoWords(t, live, /^The word index .* Only meaning was searched\./);
});

async function assertNoWords(t: Test, live: Awaited<ReturnType<typeof open>>['live'], note: RegExp) {
  const best = await live.search({ query: 'gzipped archive' });
  t.match(best, { mode: 'best', hits: [{ entity_id: 'E1', because: 'meaning' }, {}, {}], notes: [note] });
  const byMeaning = await live.search({ query: 'gzipped archive', mode: 'meaning' });
  t.same([byMeaning.hits, byMeaning.notes], [best.hits, []]);
  await t.rejects(live.search({ query: 'archive', mode: 'words' }), {
    code: 'index_missing',
    message: /^The (index|word index) .* Rebuild the index, or search by meaning\.$/,
  });
}
