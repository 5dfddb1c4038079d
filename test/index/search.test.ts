import { setImmediate } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { createKernel } from '../../src/index/dot.ts';
import type { MetaVector } from '../../src/index/meta.ts';
import { createIndexRepository } from '../../src/index/repository.ts';
import { searchIndex } from '../../src/index/search.ts';
import { addCategory, addExperience, addManual, createLibrary } from '../support/entries.ts';
import { makeFolder } from '../support/folder.ts';

const experience = (entity_id: string): MetaVector => ({ entity_id, kind: 'experience', content_hash: '' });
const manual = (entity_id: string): MetaVector => ({ entity_id, kind: 'manual', content_hash: '' });
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
  const search = (query: Parameters<typeof searchIndex>[3]) =>
    searchIndex(index, repository, Float32Array.of(1), query, async () => {
      pauses.push(query.query);
      await setImmediate();
    });
  return { library, index, search, pauses };
}
