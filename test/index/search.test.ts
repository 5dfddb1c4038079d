import { setImmediate } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { createKernel } from '../../src/index/dot.ts';
import type { MetaVector } from '../../src/index/meta.ts';
import { createIndexRepository } from '../../src/index/repository.ts';
import type { Means, SearchWords } from '../../src/index/candidates.ts';
import { createCategoryRows } from '../../src/index/category-rows.ts';
import { createIndexSearch } from '../../src/index/search.ts';
import type { SearchQuery } from '../../src/index/search-query.ts';
import { addCategory, addExperience, addManual, createLibrary } from '../support/entries.ts';
import { makeFolder } from '../support/folder.ts';

const experience = (entity_id: string): MetaVector => ({ entity_id, kind: 'experience', content_hash: '' });
const manual = (entity_id: string): MetaVector => ({ entity_id, kind: 'manual', content_hash: '' });
const nearest: Means & { mode: 'meaning' } = { mode: 'meaning', vector: Float32Array.of(1) };
const ids = (hits: { entity_id: string }[]) => hits.map((hit) => hit.entity_id);

t.test('a hit shows the entry as the library has it now', async (t) => {
  const { search, library } = open(t, [experience('E1')]);
  addExperience(library, 'E1', { title: 'Pack files', playbook: 'tar czf out.tgz', context: 'on Linux' });
  t.same(await search({ query: 'pack' }), [
    {
      entity_id: 'E1',
      kind: 'experience',
      category_code: 'GEN',
      title: 'Pack files',
      score: 1,
      snippet: 'tar czf out.tgz on Linux',
      because: 'meaning',
      words: [],
      weak: false,
    },
  ]);
});

t.test('a removed entry is never found, and others take its place', async (t) => {
  const vectors = Array.from({ length: 100 }, (_, i) => experience(`E${String(i).padStart(3, '0')}`));
  const { search, library } = open(t, vectors);
  addExperience(library, 'E098');
  addExperience(library, 'E099');
  t.same(ids(await search({ query: 'x', limit: 1 })), ['E098']);
  t.same(ids(await search({ query: 'x', limit: 5 })), ['E098', 'E099']);
});

t.test('kind and category narrow the search without costing hits', async (t) => {
  const vectors = Array.from({ length: 60 }, (_, i) => experience(`E${100 + i}`));
  const { search, library } = open(t, [...vectors, manual('M1'), manual('M2')]);
  addCategory(library, 'OPS');
  for (const [i, { entity_id }] of vectors.entries()) {
    addExperience(library, entity_id, { category_code: i >= 58 ? 'OPS' : 'GEN' });
  }
  addManual(library, 'M1', { category_code: 'OPS' });
  addManual(library, 'M2');
  t.same(ids(await search({ query: 'x', kind: 'manual' })), ['M1', 'M2']);
  t.same(ids(await search({ query: 'x', category: 'OPS' })), ['E158', 'E159', 'M1']);
  t.same(ids(await search({ query: 'x', category: 'OPS', kind: 'experience', limit: 1 })), ['E158']);
  t.same(await search({ query: 'x', category: 'NOP' }), []);
  t.equal((await search({ query: 'x' })).length, 10, 'ten by default');
});

t.test('the rows of a category are read once for each state of the library', async (t) => {
  const { library, index, repository } = open(t, [experience('E1'), experience('E2'), manual('M1')]);
  for (const id of ['E1', 'E2']) addExperience(library, id);
  addManual(library, 'M1');
  let reads = 0;
  const counting = {
    ...repository,
    idsOfCategory(...of: Parameters<typeof repository.idsOfCategory>) {
      reads++;
      return repository.idsOfCategory(...of);
    },
  };
  const rowsOf = createCategoryRows(index, counting, () => setImmediate());
  t.match(await rowsOf('GEN'), { isIn: [1, 1, 1], rows: [0, 1, 2] });
  await rowsOf('GEN');
  t.equal(reads, 2);
  library.exec("DELETE FROM experiences WHERE id = 'E1'");
  t.match(await rowsOf('GEN'), { isIn: [0, 1, 1], rows: [1, 2] });
  t.equal(reads, 4);
  addExperience(library, 'E3');
  t.equal((await rowsOf('GEN')).rows?.length, 2, 'an entry without a vector has no row');
});

t.test('facets count the candidates as if each were not filtered', async (t) => {
  const vectors = Array.from({ length: 250 }, (_, i) => experience(`E${100 + i}`));
  const { find, library } = open(t, [...vectors, manual('M1'), manual('M2'), manual('M3')]);
  addCategory(library, 'OPS');
  for (const { entity_id } of vectors) addExperience(library, entity_id);
  for (const id of ['M1', 'M2', 'M3']) addManual(library, id, { category_code: id === 'M3' ? 'GEN' : 'OPS' });
  const facetsOf = async (filter: Partial<SearchQuery>) => (await find({ query: 'x', ...filter })).facets;
  t.same(await facetsOf({}), {
    kinds: [{ kind: 'experience', count: 200 }],
    categories: [{ code: 'GEN', count: 200 }],
  });
  t.same(await facetsOf({ category: 'OPS' }), {
    kinds: [{ kind: 'manual', count: 2 }],
    categories: [{ code: 'GEN', count: 200 }],
  });
  const manuals = [
    { code: 'OPS', count: 2 },
    { code: 'GEN', count: 1 },
  ];
  t.same(await facetsOf({ kind: 'manual' }), {
    kinds: [{ kind: 'experience', count: 200 }],
    categories: manuals,
  });
  t.same(await facetsOf({ kind: 'manual', category: 'OPS', limit: 1 }), {
    kinds: [{ kind: 'manual', count: 2 }],
    categories: manuals,
  });
});

t.test('words alone keep their order and score, and both together say why each hit is there', async (t) => {
  const { find, library } = open(t, [experience('E1'), experience('E2'), experience('E3')]);
  for (const id of ['E1', 'E2', 'E3']) addExperience(library, id);
  const words: SearchWords = ({ isWanted }) =>
    [2, 0]
      .filter(isWanted)
      .map((row) => ({ row, score: row === 2 ? 0.9 : 0.8, coverage: 1, lacksRare: false, words: ['x'] }));
  const byWords = await find({ query: 'x', means: { mode: 'words', words } });
  t.match(byWords.hits, [
    { entity_id: 'E3', score: 0.9, because: 'words', words: ['x'] },
    { entity_id: 'E1', score: 0.8, because: 'words', words: ['x'] },
  ]);
  library.exec("DELETE FROM experiences WHERE id = 'E3'");
  const means: Means = { ...nearest, mode: 'best', words, isLexical: true };
  const { hits } = await find({ query: 'x', means });
  t.same(
    hits.map(({ entity_id, because }) => [entity_id, because]),
    [
      ['E1', 'both'],
      ['E2', 'meaning'],
    ],
    'an entry that is gone is left out',
  );
  t.ok(hits.every(({ score }) => score > 0 && score <= 1));
});

t.test('the limit of weak meanings is that of the index', async (t) => {
  const { find, library, index } = open(t, [experience('E1')]);
  addExperience(library, 'E1');
  const means: Means = { mode: 'meaning', vector: Float32Array.of(0.6) };
  t.match((await find({ query: 'x', means })).hits, [{ weak: false }]);
  Object.assign(index.meta, { min_meaning: 0.7 });
  t.match((await find({ query: 'x', means })).hits, [{ weak: true }]);
});

t.test('a search among very many removed entries finds those that are left', async (t) => {
  const vectors = Array.from({ length: 5000 }, (_, i) => experience(`E${10_000 + i}`));
  const { search, library } = open(t, vectors);
  for (const id of ['E10000', 'E14998', 'E14999']) addExperience(library, id);
  t.same(ids(await search({ query: 'x' })), ['E10000', 'E14998', 'E14999']);
});

t.test('known orphans are skipped without a query', async (t) => {
  const { search, library, index } = open(t, [experience('E1'), experience('E2')]);
  addExperience(library, 'E1');
  addExperience(library, 'E2');
  index.isOrphan[0] = 1;
  t.same(ids(await search({ query: 'x' })), ['E2']);
});

t.test('several searches take turns, step by step', async (t) => {
  const vectors = ['E1', 'E2', 'E3', 'E4', 'E5'].map((id) => experience(id));
  const { search, pauses } = open(t, vectors, 2_000_000);
  await Promise.all(['first', 'second'].map((query) => search({ query })));
  t.same(pauses, ['first', 'second', 'first', 'second']);
});

/** An index in which every vector scores 1, so that ids alone decide. */
function open(t: Test, vectors: MetaVector[], dimension = 1) {
  const { library } = createLibrary(makeFolder(t));
  t.teardown(() => library.close());
  const rows = { experience: new Map<string, number>(), manual: new Map<string, number>() };
  for (const [row, { kind, entity_id }] of vectors.entries()) rows[kind].set(entity_id, row);
  const { allocate, score } = createKernel(1);
  new Float32Array(allocate(vectors.length * 4).buffer).fill(1);
  const index = { meta: { vectors }, dimension, rows, score, isOrphan: new Uint8Array(vectors.length) };
  const repository = createIndexRepository(library);
  const pauses: string[] = [];
  const find = ({ means = nearest, ...query }: SearchQuery & { means?: Means }) => {
    const pause = async () => {
      pauses.push(query.query);
      await setImmediate();
    };
    return createIndexSearch(index, repository, pause)({ ...query, means });
  };
  return {
    library,
    index,
    repository,
    find,
    search: async (query: SearchQuery) => (await find(query)).hits,
    pauses,
  };
}
