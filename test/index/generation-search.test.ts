// A script searches a generation as the server does, with the vectors in the file.
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { builtIn } from '../../src/embedding/built-in.ts';
import { openGeneration } from '../../src/index/generation-search.ts';
import { generationFiles, readPointer } from '../../src/index/generation.ts';
import { readMeta } from '../../src/index/meta.ts';
import { rollBackIndex } from '../../src/index/rollback.ts';
import { wordIndexName } from '../../src/words/word-index.ts';
import { addExperience, addManual, createLibrary } from '../support/entries.ts';
import { rebuild } from '../support/index-of.ts';
import { makeFolder } from '../support/folder.ts';
import { openFiles } from '../support/snapshots.ts';

t.test('a generation is searched from its folder, and closed', async (t) => {
  const { config, library } = createLibrary(makeFolder(t));
  t.teardown(() => library.close());
  addExperience(library, 'E1', { title: 'Create a gzipped archive' });
  addExperience(library, 'E2', { title: 'List the running containers' });
  addManual(library, 'M1', { title: 'Archives' });
  await rebuild(config, library);
  const name = readPointer(config.indexFolder)?.current ?? '';
  const opened = openGeneration(config.indexFolder, name, builtIn, library);
  t.match(await opened.search({ query: 'containers', mode: 'words' }), [
    { entity_id: 'E2', because: 'words' },
  ]);
  const [first, ...others] = await opened.search({ query: 'gzipped archive', mode: 'meaning' });
  t.match(first, { entity_id: 'E1', because: 'meaning', words: [] });
  t.equal(others.length, 2);
  t.match(await opened.search({ query: 'archives', kind: 'manual', limit: 1 }), [{ entity_id: 'M1' }]);
  opened.close();
  t.same(openFiles(path.join(config.indexFolder, name)), []);

  const { generation } = await rebuild(config, library);
  fs.rmSync(path.join(config.indexFolder, name, wordIndexName));
  const job = { id: 'job', attempt: 1 };
  const context = { config, library, model: builtIn, job, canaries: [], progress() {}, assertFence() {} };
  const back = await rollBackIndex({}, context);
  t.match(
    back,
    { generation: name, previous: generation },
    'an index of a former version can be rolled back to',
  );
  const old = openGeneration(config.indexFolder, name, builtIn, library);
  t.match((await old.search({ query: 'gzipped archive' }))[0], { entity_id: 'E1', because: 'meaning' });
  await t.rejects(old.search({ query: 'archive', mode: 'words' }), { code: 'index_missing' });
  old.close();
});

t.test('a generation holds the similarity of entries that have nothing in common', async (t) => {
  const { config, library } = createLibrary(makeFolder(t));
  t.teardown(() => library.close());
  const limitOf = async () => {
    const { generation } = await rebuild(config, library);
    return readMeta(generationFiles(path.join(config.indexFolder, generation)).meta).min_meaning;
  };
  addExperience(library, 'E0');
  t.equal(await limitOf(), undefined, 'not of a small index');
  for (let at = 1; at < 40; at++) addExperience(library, `E${at}`, { title: `${at * 7919} is alone` });
  const limit = (await limitOf()) ?? 1;
  t.ok(limit > 0 && limit < 1, String(limit));
});
