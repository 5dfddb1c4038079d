import fs from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import { prepareOps } from '../../src/core/db/ops.ts';
import { builtIn } from '../../src/embedding/built-in.ts';
import { generationFiles, readAppliedGeneration, readPointer } from '../../src/index/generation.ts';
import { loadGeneration } from '../../src/index/loaded.ts';
import { readMeta } from '../../src/index/meta.ts';
import { addCategory, addExperience, addManual, createLibrary } from '../support/entries.ts';
import { addRunningJob, runScript } from '../support/script.ts';
import { makeFolder } from '../support/folder.ts';

/** A library with four entries in two categories; `vectorsNow` returns the ids in the live index. */
function open(t: Test) {
  const { config, library } = createLibrary(makeFolder(t));
  t.teardown(() => library.close());
  addCategory(library, 'OPS');
  addExperience(library, 'E1');
  addExperience(library, 'E2', { category_code: 'OPS' });
  addManual(library, 'M1');
  addManual(library, 'M2', { category_code: 'OPS' });
  const run = (args = {}, jobId?: string) => runScript(config, 'index', args, undefined, jobId);
  const liveMeta = () => {
    const live = readPointer(config.indexFolder)?.current ?? '';
    return readMeta(generationFiles(path.join(config.indexFolder, live)).meta);
  };
  return {
    config,
    library,
    run,
    liveMeta,
    vectorsNow: () => liveMeta().vectors.map((vector) => vector.entity_id),
  };
}

t.test('the first run embeds every entry and builds an index', async (t) => {
  const { config, run, liveMeta, library } = open(t);
  const { code, result, stderr } = await run();
  t.equal(code, 0, stderr);
  const { current = '', previous } = readPointer(config.indexFolder) ?? {};
  const index = loadGeneration(config.indexFolder, current, builtIn);
  t.equal(previous, null);
  t.same(result, {
    entries: 4,
    embedded: 4,
    reused: 0,
    removed: 0,
    failed: 0,
    vectors: 4,
    model: 'chl/built-in-384',
    dimension: 384,
    sha256: index.meta.sha256,
    bytes: index.bytes,
    generation: current,
    canaries: { asked: 0, missed: 0 },
  });
  const revision = library.prepare('SELECT revision FROM ops_library_state').pluck().get();
  t.match(liveMeta(), {
    library_revision: revision,
    checksum: index.meta.sha256,
    model_name: 'chl/built-in-384',
  });
});

t.test('progress reports the phases embed, build, words, verify and switch, each to its end', async (t) => {
  const { run } = open(t);
  const { progress } = await run();
  const last = new Map<string, number[]>();
  for (const { phase, done, total } of progress) last.set(phase ?? '', [done, total ?? 0]);
  t.same([...last.keys()], ['embed', 'build', 'words', 'verify', 'switch']);
  t.same(last.get('switch'), [1, 1]);
});

t.test('a second run embeds changed entries only and drops removed ones', async (t) => {
  const { run, library, vectorsNow } = open(t);
  await run();
  library.exec(`UPDATE experiences SET title = 'Changed by another program' WHERE id = 'E1'`);
  library.exec(`DELETE FROM category_manuals WHERE id = 'M2'`);
  addExperience(library, 'E3');
  const { result } = await run();
  t.match(result, { entries: 4, embedded: 2, reused: 2, removed: 1, vectors: 4 });
  t.same(vectorsNow(), ['E1', 'E2', 'E3', 'M1']);
});

t.test(
  'one category or one entry can be embedded alone, and the index holds all current embeddings',
  async (t) => {
    const { run, vectorsNow } = open(t);
    t.match((await run({ category: 'OPS' })).result, { entries: 4, embedded: 2, vectors: 2 });
    t.same(vectorsNow(), ['E2', 'M2']);
    t.match((await run({ entry: 'M1' })).result, { embedded: 1, reused: 2, vectors: 3 });
    t.match((await run({ category: 'OPS', full: true })).result, { embedded: 2, reused: 1, vectors: 3 });
  },
);

t.test('an impossible run fails as bad input, and the live index is unchanged', async (t) => {
  const { config, library, run } = open(t);
  await run();
  const before = fs.readdirSync(config.indexFolder);
  const refusal = async (args: Record<string, unknown>) => {
    const { code, failure } = await run(args);
    t.equal(code, 65);
    return failure;
  };
  t.match(await refusal({ category: 'NOP' }), {
    message: 'The library has no category "NOP".',
    detail: { code: 'unknown_category' },
  });
  t.match(await refusal({ entry: 'E9' }), { detail: { code: 'unknown_entry' } });
  t.match(await refusal({ entry: 'E1', category: 'OPS' }), {
    message: 'Category OPS has no entry "E1".',
    detail: { code: 'unknown_entry' },
  });
  library.exec('DELETE FROM experiences; DELETE FROM category_manuals');
  t.match(await refusal({}), { message: /Import a sheet first/, detail: { code: 'empty_library' } });
  t.match(await refusal({ category: 'GEN' }), { detail: { code: 'empty_library' } });
  t.same(fs.readdirSync(config.indexFolder), before);
});

t.test('a category without entries in a library that was never embedded has nothing to index', async (t) => {
  const { config, library, run } = open(t);
  addCategory(library, 'NEW');
  const { code, failure } = await run({ category: 'NEW' });
  t.equal(code, 65);
  t.match(failure, { detail: { code: 'nothing_to_index' } });
  t.equal(readPointer(config.indexFolder), null);
});

t.test('an attempt that is no longer running does not switch the index', async (t) => {
  const { config, run } = open(t);
  const jobId = addRunningJob(config, 'index');
  const ops = prepareOps(config.opsDatabasePath);
  ops.prepare(`UPDATE job SET status = 'cancelled' WHERE id = ?`).run(jobId);
  ops.close();
  const { code, failure } = await run({}, jobId);
  t.equal(code, 1);
  t.match(failure, { message: /no longer the running one/ });
  t.equal(readPointer(config.indexFolder), null);
});

t.test('recovery finds the result of a finished run in the library and in the index', async (t) => {
  const { config, library, run } = open(t);
  const jobId = addRunningJob(config, 'index');
  const { result } = await run({}, jobId);
  t.same(readAppliedGeneration(config, jobId, 1), result);
  const applied = library.prepare('SELECT job_id, attempt, result FROM ops_applied').all() as {
    result: string;
  }[];
  t.match(applied, [{ job_id: jobId, attempt: 1 }]);
  t.same(JSON.parse(applied[0]?.result ?? ''), result);
});

t.test('the next run embeds an entry that failed before', async (t) => {
  const { library, run } = open(t);
  library.exec(`UPDATE experiences SET embedding_status = 'failed' WHERE id = 'E1'`);
  t.match((await run({ category: 'OPS' })).result, { embedded: 2, failed: 1 });
  t.match((await run()).result, { embedded: 2, failed: 0, vectors: 4 });
});
