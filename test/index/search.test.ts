import t, { type Test } from 'tap';
import { createKernel, scoreRows } from '../../src/index/dot.ts';
import type { MetaVector } from '../../src/index/meta.ts';
import { createIndexRepository } from '../../src/index/repository.ts';
import { pickBest, searchIndex } from '../../src/index/search.ts';
import { addCategory, addExperience, addManual, createLibrary } from '../support/entries.ts';

const experience = (entity_id: string): MetaVector => ({ entity_id, kind: 'experience', content_hash: '' });
const manual = (entity_id: string): MetaVector => ({ entity_id, kind: 'manual', content_hash: '' });
const ids = (hits: { entity_id: string }[]) => hits.map((hit) => hit.entity_id);

t.test('the kernel gives the inner product of every row, for odd and even counts and dimensions', (t) => {
  for (const [count, dimension] of [
    [1, 1],
    [2, 3],
    [7, 4],
    [8, 5],
  ] as const) {
    const vectors = Float32Array.from({ length: count * dimension }, (_, i) => ((i * 7) % 11) - 5);
    const query = Float32Array.from({ length: dimension }, (_, i) => i + 1);
    const expected = Array.from({ length: count }, (_, row) =>
      query.reduce((sum, value, i) => sum + value * (vectors[row * dimension + i] as number), 0),
    );
    const scores = new Float32Array(count);
    scoreRows(query, vectors, scores);
    t.same([...scores], expected);
    t.same([...createKernel(vectors, dimension)(query)], expected);
  }
  t.end();
});

t.test('the best rows come by score, equal ones by id', (t) => {
  const vectors = ['d', 'a', 'c', 'b', 'e'].map((id) => experience(id));
  const scores = Float32Array.of(1, 2, 1, 1, 3);
  const pick = (wanted: number, isWanted = (_row: number) => true) =>
    pickBest(scores, vectors, isWanted, wanted).map((row) => vectors[row]?.entity_id);
  t.same(pick(5), ['e', 'a', 'b', 'c', 'd']);
  t.same(pick(3), ['e', 'a', 'b']);
  t.same(pick(9), ['e', 'a', 'b', 'c', 'd'], 'fewer than wanted');
  t.same(
    pick(2, (row) => row !== 4),
    ['a', 'b'],
  );
  t.end();
});

t.test('the best of many are those that sorting would give', (t) => {
  const vectors = Array.from({ length: 3000 }, (_, i) => experience(`E${(i * 7919) % 3000}`));
  const scores = Float32Array.from(vectors, (_, i) => ((i * 104_729) % 97) / 97);
  const sorted = [...scores.keys()].sort(
    (a, b) =>
      (scores[b] as number) - (scores[a] as number) ||
      ((vectors[a] as MetaVector).entity_id < (vectors[b] as MetaVector).entity_id ? -1 : 1),
  );
  t.same(
    pickBest(scores, vectors, () => true, 50),
    sorted.slice(0, 50),
  );
  t.end();
});

t.test('a hit shows the entry as the library has it now', (t) => {
  const { search, library } = open(t, [experience('E1')]);
  addExperience(library, 'E1', { title: 'Pack files', playbook: 'tar czf out.tgz', context: 'on Linux' });
  t.same(search({ query: 'pack' }), [
    {
      entity_id: 'E1',
      kind: 'experience',
      category_code: 'GEN',
      title: 'Pack files',
      score: 1,
      snippet: 'tar czf out.tgz on Linux',
    },
  ]);
  t.end();
});

t.test('an entry that was removed is never found, and others take its place', (t) => {
  const vectors = Array.from({ length: 100 }, (_, i) => experience(`E${String(i).padStart(3, '0')}`));
  const { search, library } = open(t, vectors);
  addExperience(library, 'E098');
  addExperience(library, 'E099');
  t.same(ids(search({ query: 'x', limit: 1 })), ['E098']);
  t.same(ids(search({ query: 'x', limit: 5 })), ['E098', 'E099']);
  t.end();
});

t.test('kind and category narrow the search without costing hits', (t) => {
  const vectors = Array.from({ length: 60 }, (_, i) => experience(`E${100 + i}`));
  const { search, library } = open(t, [...vectors, manual('M1'), manual('M2')]);
  addCategory(library, 'OPS');
  for (const [i, { entity_id }] of vectors.entries()) {
    addExperience(library, entity_id, { category_code: i >= 58 ? 'OPS' : 'GEN' });
  }
  addManual(library, 'M1', { category_code: 'OPS' });
  addManual(library, 'M2');
  t.same(ids(search({ query: 'x', kind: 'manual' })), ['M1', 'M2']);
  t.same(ids(search({ query: 'x', category: 'OPS' })), ['E158', 'E159', 'M1']);
  t.same(ids(search({ query: 'x', category: 'OPS', kind: 'experience', limit: 1 })), ['E158']);
  t.same(search({ query: 'x', category: 'NOP' }), []);
  t.equal(search({ query: 'x' }).length, 10, 'ten by default');
  t.end();
});

/** An index in which every vector scores 1, so that ids alone decide. */
function open(t: Test, vectors: MetaVector[]) {
  const { library } = createLibrary(t.testdir());
  t.teardown(() => library.close());
  const rows = { experience: new Map<string, number>(), manual: new Map<string, number>() };
  for (const [row, { kind, entity_id }] of vectors.entries()) rows[kind].set(entity_id, row);
  const index = {
    meta: { vectors },
    rows,
    score: createKernel(new Float32Array(vectors.length).fill(1), 1),
  };
  const repository = createIndexRepository(library);
  const search = (query: Parameters<typeof searchIndex>[3]) =>
    searchIndex(index, repository, Float32Array.of(1), query);
  return { library, search };
}
