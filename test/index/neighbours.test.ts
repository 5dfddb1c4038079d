import t, { type Test } from 'tap';
import { builtIn } from '../../src/embedding/built-in.ts';
import { readPointer } from '../../src/index/generation.ts';
import { loadGeneration } from '../../src/index/loaded.ts';
import type { EntryKey } from '../../src/embedding/queue.ts';
import { findNeighbours } from '../../src/index/search.ts';
import { createIndexRepository } from '../../src/index/repository.ts';
import { addExperience, addManual, createLibrary } from '../support/entries.ts';
import { rebuild } from '../support/index-of.ts';
import { makeFolder } from '../support/folder.ts';

async function open(t: Test) {
  const { config, library } = createLibrary(makeFolder(t));
  t.teardown(() => library.close());
  addExperience(library, 'X', { title: 'Create a gzipped archive', playbook: 'tar czf out.tgz in' });
  addManual(library, 'X', { title: 'Create an archive', content: 'tar cf out.tar in' });
  addExperience(library, 'Y', { title: 'Resize an image', playbook: 'convert in.png' });
  await rebuild(config, library);
  const index = loadGeneration(config.indexFolder, readPointer(config.indexFolder)?.current ?? '', builtIn);
  const repository = createIndexRepository(library);
  const find = async (key: EntryKey, limit = 8) => {
    const hits = await findNeighbours(index, repository, key, limit, async () => {});
    return hits.map((hit) => `${hit.kind} ${hit.entity_id}`);
  };
  return { library, find };
}

t.test('the neighbours of an entry come by score and leave itself out, but not its namesake', async (t) => {
  const { find } = await open(t);
  t.same(await find({ kind: 'experience', id: 'X' }), ['manual X', 'experience Y']);
  t.same(await find({ kind: 'experience', id: 'X' }, 1), ['manual X']);
});

t.test('the newest vector of an entry is used, or the one in the index without another', async (t) => {
  const { library, find } = await open(t);
  library.exec(`UPDATE embeddings SET embedding_data = (SELECT embedding_data FROM embeddings
    WHERE entity_id = 'X' AND entity_type = 'manual') WHERE entity_id = 'Y'`);
  t.equal((await find({ kind: 'experience', id: 'Y' }))[0], 'manual X');
  library.exec('DELETE FROM embeddings');
  t.same(await find({ kind: 'manual', id: 'X' }), ['experience X', 'experience Y']);
});

t.test('an entry without a vector has no neighbours', async (t) => {
  const { library, find } = await open(t);
  addExperience(library, 'Z');
  t.same(await find({ kind: 'experience', id: 'Z' }), []);
});
