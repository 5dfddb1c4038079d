import t, { type Test } from 'tap';
import { builtIn } from '../../src/embedding/built-in.ts';
import { readPointer } from '../../src/index/generation.ts';
import { type ListedEntry, type ListQuery, listEntries } from '../../src/index/list.ts';
import { loadGeneration } from '../../src/index/loaded.ts';
import { createIndexRepository } from '../../src/index/repository.ts';
import { addCategory, addExperience, addManual, createLibrary } from '../support/entries.ts';
import { rebuild } from '../support/index-of.ts';
import { makeFolder } from '../support/folder.ts';

/** A library of five indexed entries in two categories, changed by SQL afterwards. */
async function open(t: Test, change = '') {
  const { config, library } = createLibrary(makeFolder(t));
  t.teardown(() => library.close());
  addCategory(library, 'OPS');
  for (const id of ['E1', 'E2', 'E3']) addExperience(library, id);
  addManual(library, 'M1');
  addManual(library, 'M2', { category_code: 'OPS' });
  await rebuild(config, library);
  const index = loadGeneration(config.indexFolder, readPointer(config.indexFolder)?.current ?? '', builtIn);
  const repository = createIndexRepository(library);
  library.exec(change);
  const list = (query: Omit<ListQuery, 'limit'> & { limit?: number }) =>
    listEntries(repository, index, { limit: 50, ...query }, async () => {});
  return { library, list };
}

const ids = ({ items }: { items: ListedEntry[] }) => items.map((item) => item.entity_id);

t.test('each state lists its entries with the reason', async (t) => {
  const { library, list } = await open(
    t,
    `UPDATE experiences SET embedding_status = 'pending' WHERE id = 'E1';
     UPDATE experiences SET embedding_status = 'failed' WHERE id = 'E2';
     UPDATE embeddings SET content_hash = 'of later text' WHERE entity_id = 'E3';
     UPDATE embeddings SET model_name = 'other' WHERE entity_id = 'M1';
     DELETE FROM category_manuals WHERE id = 'M2'`,
  );
  addExperience(library, 'E4');
  const of = (standing: string, entity_id: string, reason: string | null) => ({
    entity_id,
    standing,
    kind: entity_id.startsWith('E') ? 'experience' : 'manual',
    category_code: 'GEN',
    title: `Title of ${entity_id}`,
    reason,
  });
  t.same((await list({ state: 'stale' })).items, [
    of('stale', 'E1', 'waits'),
    of('stale', 'E3', 'embedded_since'),
    of('stale', 'M1', 'other_model'),
  ]);
  t.same((await list({ state: 'failed' })).items, [of('failed', 'E2', null)]);
  t.same((await list({ state: 'missing' })).items, [of('missing', 'E4', 'waits')]);
  t.same((await list({ state: 'orphan' })).items, [
    { entity_id: 'M2', kind: 'manual', standing: 'orphan', category_code: null, title: null, reason: null },
  ]);
  t.same((await list({ state: 'fresh' })).items, []);
  t.same(ids(await list({ state: 'all' })), ['E1', 'E2', 'E3', 'E4', 'M1'], 'all but the orphan');
});

t.test('kind and category narrow a list', async (t) => {
  const { list } = await open(t);
  t.same(ids(await list({ state: 'fresh' })), ['E1', 'E2', 'E3', 'M1', 'M2'], 'by kind, category and id');
  t.same(ids(await list({ state: 'fresh', kind: 'manual' })), ['M1', 'M2']);
  t.same(ids(await list({ state: 'fresh', category: 'OPS' })), ['M2']);
  t.same(ids(await list({ state: 'fresh', category: 'OPS', kind: 'experience' })), []);
});

t.test('pages follow each other without gaps when entries are removed in between', async (t) => {
  const { library, list } = await open(t);
  const first = await list({ state: 'fresh', limit: 2 });
  t.same(ids(first), ['E1', 'E2']);
  library.exec(`DELETE FROM experiences WHERE id IN ('E1', 'E2')`);
  const second = await list({ state: 'fresh', limit: 2, after: first.next ?? '' });
  t.same(ids(second), ['E3', 'M1']);
  const third = await list({ state: 'fresh', limit: 2, after: second.next ?? '' });
  t.same([ids(third), third.next], [['M2'], null]);
  const orphan = await list({ state: 'orphan', limit: 1 });
  t.same(ids(orphan), ['E1']);
  const last = await list({ state: 'orphan', limit: 1, after: orphan.next ?? '' });
  t.same([ids(last), last.next], [['E2'], null]);
});

t.test('a full last page has no next one', async (t) => {
  const { list } = await open(t);
  t.equal((await list({ state: 'fresh', limit: 5 })).next, null);
});

t.test('an unknown position is refused', async (t) => {
  const { list } = await open(t);
  const cursors = ['', 'x', 'bnVsbA', Buffer.from('{"kind":"category"}').toString('base64url')];
  for (const state of ['fresh', 'orphan'] as const) {
    for (const after of cursors) {
      await t.rejects(list({ state, after }), {
        code: 'invalid_arguments',
        message: /cannot continue from here/,
      });
    }
  }
});
