import t, { type Test } from 'tap';
import { builtIn } from '../../src/embedding/built-in.ts';
import { readPointer } from '../../src/index/generation.ts';
import { loadGeneration } from '../../src/index/loaded.ts';
import { createIndexRepository } from '../../src/index/repository.ts';
import { countSyncStates, hasOrphans } from '../../src/index/sync-state.ts';
import { addExperience, addManual, createLibrary } from '../support/entries.ts';
import { rebuild } from '../support/index-of.ts';
import { makeFolder } from '../support/folder.ts';

const nothing = { entries: 0, fresh: 0, stale: 0, missing: 0, failed: 0, orphans: 0 };

/** A library of five entries whose index is fresh, and a function that counts after a change made by SQL. */
async function open(t: Test) {
  const { config, library } = createLibrary(makeFolder(t));
  t.teardown(() => library.close());
  for (const id of ['E1', 'E2', 'E3']) addExperience(library, id);
  for (const id of ['M1', 'M2']) addManual(library, id);
  await rebuild(config, library);
  const index = loadGeneration(config.indexFolder, readPointer(config.indexFolder)?.current ?? '', builtIn);
  const repository = createIndexRepository(library);
  const count = async (change = '') => {
    library.exec(change);
    const counts = await countSyncStates(repository, index, async () => {});
    t.equal(counts.entries, counts.fresh + counts.stale + counts.missing + counts.failed);
    return counts;
  };
  return { library, repository, index, count };
}

t.test('right after a build everything is fresh', async (t) => {
  const { count } = await open(t);
  t.same(await count(), { ...nothing, entries: 5, fresh: 5 });
});

t.test('an entry that is pending again is stale while the index holds its old vector', async (t) => {
  const { count } = await open(t);
  const counts = await count(`UPDATE experiences SET embedding_status = 'pending' WHERE id = 'E1'`);
  t.same(counts, { ...nothing, entries: 5, fresh: 4, stale: 1 });
});

t.test('an entry that was embedded again is stale until the next build', async (t) => {
  const { count } = await open(t);
  const counts = await count(`UPDATE embeddings SET content_hash = 'of other text' WHERE entity_id = 'M1'`);
  t.same(counts, { ...nothing, entries: 5, fresh: 4, stale: 1 });
});

t.test('an entry whose newest embedding is of another model is stale', async (t) => {
  const { count } = await open(t);
  const counts = await count(
    `INSERT INTO embeddings SELECT entity_id, entity_type, 'other', model_version, embedding_dimension,
       embedding_data, '9999', content_hash FROM embeddings WHERE entity_id = 'E2'`,
  );
  t.same(counts, { ...nothing, entries: 5, fresh: 4, stale: 1 });
});

t.test('a new entry is missing, a removed one leaves an orphan', async (t) => {
  const { library, count } = await open(t);
  addExperience(library, 'E4');
  const counts = await count(`DELETE FROM category_manuals WHERE id = 'M2'`);
  t.same(counts, { ...nothing, entries: 5, fresh: 4, missing: 1, orphans: 1 });
});

t.test('an entry whose embedding failed counts as failed, whatever the index holds', async (t) => {
  const { library, count } = await open(t);
  addExperience(library, 'E4', { embedding_status: 'failed' });
  const counts = await count(`UPDATE experiences SET embedding_status = 'failed' WHERE id = 'E1'`);
  t.same(counts, { ...nothing, entries: 6, fresh: 4, failed: 2 });
});

t.test('an embedding without a hash, from another program, is compared by its text', async (t) => {
  const { count } = await open(t);
  const anonymous = await count(`UPDATE embeddings SET content_hash = NULL WHERE entity_id = 'E1'`);
  t.equal(anonymous.fresh, 5);
  const changed = await count(`UPDATE experiences SET playbook = 'embedded by a CHL server' WHERE id = 'E1'`);
  t.same(changed, { ...nothing, entries: 5, fresh: 4, stale: 1 });
});

t.test('an index shows by a few of its vectors whether it has orphans', async (t) => {
  const { library, repository, index } = await open(t);
  t.notOk(hasOrphans(index, repository));
  library.exec(`DELETE FROM category_manuals WHERE id = 'M2'`);
  t.ok(hasOrphans(index, repository));
  const asked: string[] = [];
  const hasEntry = (_: string, id: string) => asked.push(id) > 0;
  const vectors = Array.from({ length: 100_000 }, (_, row) => ({
    entity_id: `E${row}`,
    kind: 'experience' as const,
    content_hash: '',
  }));
  t.notOk(hasOrphans({ ...index, meta: { ...index.meta, vectors } }, { hasEntry }));
  t.equal(asked.length, 200, 'however large it is');
});

t.test('without an index every entry is missing or failed', async (t) => {
  const { library, repository } = await open(t);
  library.exec(`UPDATE experiences SET embedding_status = 'failed' WHERE id = 'E1'`);
  const counts = await countSyncStates(repository, null, async () => {});
  t.same(counts, { ...nothing, entries: 5, missing: 4, failed: 1 });
});

t.test('counting pauses after each page', async (t) => {
  const { library, count, repository } = await open(t);
  library.transaction(() => {
    for (let i = 0; i < 2500; i++) addExperience(library, `X${i}`);
  })();
  t.equal((await count()).missing, 2500);
  let pauses = 0;
  await countSyncStates(repository, null, async () => {
    pauses++;
  });
  t.equal(pauses, 7);
});
