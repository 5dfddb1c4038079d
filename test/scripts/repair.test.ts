import '../support/plain-children.ts';
import fs from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import { generationFiles, readPointer } from '../../src/index/generation.ts';
import { wordIndexName } from '../../src/words/word-index.ts';
import { addExperience, addManual, createLibrary } from '../support/entries.ts';
import { rebuild } from '../support/index-of.ts';
import { runScript } from '../support/script.ts';
import { makeFolder } from '../support/folder.ts';

/** A library with three entries and a complete index. */
async function open(t: Test) {
  const { config, library } = createLibrary(makeFolder(t));
  t.teardown(() => library.close());
  for (const id of ['E1', 'E2']) addExperience(library, id);
  addManual(library, 'M1');
  await rebuild(config, library);
  const generation = () => readPointer(config.indexFolder)?.current ?? '';
  const embeddedAt = () =>
    library.prepare('SELECT entity_id, created_at FROM embeddings ORDER BY entity_id').raw().all() as [
      string,
      string,
    ][];
  return { config, library, generation, embeddedAt, repair: () => runScript(config, 'repair', {}) };
}

t.test('repair reports that nothing needs repair when the index matches the library', async (t) => {
  const { config, generation, embeddedAt, repair } = await open(t);
  const before = [generation(), embeddedAt()];
  const { code, result, stdout } = await repair();
  t.equal(code, 0);
  t.match(result, { repaired: 0, entries: 3, embedded: 0, reused: 3, vectors: 3, generation: generation() });
  t.match(stdout, /^Nothing to repair/m);
  t.same([generation(), embeddedAt()], before);
  fs.rmSync(path.join(config.indexFolder, generation(), wordIndexName));
  const words = await repair();
  t.match(words.stdout, /^The index has no word index: words\.db is not in its folder\.$/m);
  t.match(words.result, { repaired: 0, words_rewritten: true, embedded: 0, reused: 3, vectors: 3 });
  t.ok(fs.existsSync(path.join(config.indexFolder, generation(), wordIndexName)));
});

t.test('repair touches exactly the stale, missing, failed and orphaned entries', async (t) => {
  const { library, generation, embeddedAt, repair } = await open(t);
  const [kept] = embeddedAt();
  library.exec(`UPDATE experiences SET playbook = 'Other', embedding_status = 'pending' WHERE id = 'E2'`);
  library.exec(`DELETE FROM category_manuals WHERE id = 'M1'`);
  addExperience(library, 'E3');
  addExperience(library, 'E4', { embedding_status: 'failed' });
  const before = generation();
  const { code, result, stdout } = await repair();
  t.equal(code, 0);
  t.match(stdout, /To repair: 1 stale, 1 missing, 1 failed, 1 removed from the library/);
  t.match(result, { repaired: 4, entries: 4, embedded: 3, reused: 1, removed: 1, failed: 0, vectors: 4 });
  t.not(generation(), before);
  t.same(
    embeddedAt().find(([id]) => id === 'E1'),
    kept,
  );
  t.match((await repair()).result, { repaired: 0, vectors: 4 });
});

t.test('repair rebuilds an index that is damaged or belongs to another model', async (t) => {
  const { config, generation, repair } = await open(t);
  const files = () => generationFiles(path.join(config.indexFolder, generation()));
  const bytes = fs.readFileSync(files().index);
  bytes[2000] = (bytes[2000] ?? 0) ^ 1;
  fs.writeFileSync(files().index, bytes);
  const damaged = await repair();
  t.match(damaged.stdout, /The live index cannot be used: .*SHA-256/);
  t.match(damaged.result, { repaired: 3, embedded: 0, reused: 3, generation: generation() });

  fs.writeFileSync(
    files().meta,
    fs.readFileSync(files().meta, 'utf8').replace('"model":"chl/built-in-384"', '"model":"other"'),
  );
  const other = await repair();
  t.match(other.stdout, /built with other; the model is chl/);
  t.match(other.result, { repaired: 3, embedded: 0, reused: 3, generation: generation() });
  fs.writeFileSync(path.join(config.indexFolder, 'current'), 'nonsense');
  t.match((await repair()).result, { repaired: 3, vectors: 3, generation: generation() });
});

t.test('an empty library is refused with a message', async (t) => {
  const { library, repair } = await open(t);
  library.exec('DELETE FROM experiences; DELETE FROM category_manuals');
  const { code, failure } = await repair();
  t.equal(code, 65);
  t.match(failure, { message: /library is empty/ });
});
