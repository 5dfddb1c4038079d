import fs from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import { connect } from '../../src/core/db/driver.ts';
import { builtIn } from '../../src/embedding/built-in.ts';
import { generationFiles, readPointer } from '../../src/index/generation.ts';
import { loadGeneration } from '../../src/index/loaded.ts';
import { readMeta, writeMeta } from '../../src/index/meta.ts';
import { verifyGeneration } from '../../src/index/verify.ts';
import { wordIndexName } from '../../src/words/word-index.ts';
import { writeWordIndex } from '../../src/words/word-repository.ts';
import { addExperience, createLibrary } from '../support/entries.ts';
import { rebuild } from '../support/index-of.ts';
import { makeFolder } from '../support/folder.ts';

const ignore = () => {};

/** A generation of thirty vectors, and functions that damage its files. */
async function open(t: Test) {
  const { config, library } = createLibrary(makeFolder(t));
  for (let i = 0; i < 30; i++) addExperience(library, `E${10 + i}`);
  await rebuild(config, library);
  library.close();
  const name = readPointer(config.indexFolder)?.current ?? '';
  const files = generationFiles(path.join(config.indexFolder, name));
  const damage = (offset: number, bytes: Uint8Array) => {
    const fd = fs.openSync(files.index, 'r+');
    fs.writeSync(fd, bytes, 0, bytes.length, offset);
    fs.closeSync(fd);
  };
  const changeMeta = (change: Record<string, unknown>) => {
    const changed = { ...meta, ...change };
    fs.rmSync(files.meta);
    writeMeta(files.meta, changed);
  };
  const meta = readMeta(files.meta);
  const { index } = verifyGeneration(files, ignore);
  return {
    meta,
    index,
    files,
    damage,
    changeMeta,
    load: () => loadGeneration(config.indexFolder, name, builtIn),
  };
}

t.test('a generation passes verification as it was built, and progress is reported', async (t) => {
  const { files, meta, index, load } = await open(t);
  const progress: number[][] = [];
  verifyGeneration(files, (...args) => progress.push(args));
  t.same(progress.at(-1), [30, 30]);
  t.match(index, { count: 30, dimension: 384, sha256: meta.sha256 });
  t.equal(load().rows.experience.get('E10'), 0);
});

t.test('a changed byte anywhere in the vectors is noticed', async (t) => {
  const { files, damage, load } = await open(t);
  damage(45 + 5 * 384 * 4, Uint8Array.of(9));
  t.throws(() => verifyGeneration(files, ignore), /index file has SHA-256 .*; the meta file says/);
  t.throws(load, /changed or is damaged/);
});

t.test('a meta file of another index is noticed', async (t) => {
  const { files, changeMeta, load, meta } = await open(t);
  changeMeta({ count: 29, vectors: meta.vectors.slice(1) });
  t.throws(() => verifyGeneration(files, ignore), /index file has vectors 30; the meta file says 29/);
  t.throws(load, /changed or is damaged/);
  changeMeta({ dimension: 383 });
  t.throws(() => verifyGeneration(files, ignore), /index file has dimensions 384; the meta file says 383/);
  changeMeta({ dimension: 768 });
  t.throws(() => verifyGeneration(files, ignore), /index file has dimensions 384; the meta file says 768/);
});

t.test('a vector that does not find itself is noticed, even when every hash agrees', async (t) => {
  const { files, damage, changeMeta, meta } = await open(t);
  damage(45, new Uint8Array(384 * 4));
  const damaged = /SHA-256 (\w+);/.exec(errorOf(() => verifyGeneration(files, ignore)))?.[1] ?? '';
  t.not(damaged, meta.sha256);
  changeMeta({ sha256: damaged });
  t.throws(
    () => verifyGeneration(files, ignore),
    /search for vector 0 \(E10\) does not find it: it scores 0/,
  );
});

t.test('an index of another model is not loaded, and neither is one that lists an entry twice', async (t) => {
  const { changeMeta, load, meta } = await open(t);
  changeMeta({ model: 'other/model' });
  t.throws(load, /built with other\/model \(384 numbers\); the settings name chl\/built-in-384/);
  changeMeta({ vectors: meta.vectors.map((vector) => ({ ...vector, entity_id: 'E1' })) });
  t.throws(load, /lists experience E1 twice/);
});

t.test(
  'a word index that is missing, damaged or of another index is a problem without being an error',
  async (t) => {
    const { files } = await open(t);
    const words = path.join(path.dirname(files.index), wordIndexName);
    const problem = () => verifyGeneration(files, ignore).wordsProblem;
    t.equal(problem(), null);
    const whole = fs.readFileSync(words);
    fs.writeFileSync(words, Buffer.from(whole).fill(0, 4096));
    t.match(problem(), /^The word index /);
    fs.writeFileSync(words, 'no database');
    t.match(problem(), /^The word index cannot be used: /);
    fs.rmSync(words);
    writeWordIndex(
      words,
      Array.from({ length: 31 }, (_, row) => ({ row, title: 'x', summary: '', text: '' })),
    );
    t.equal(problem(), 'The word index has 31 entries; the index has 30.');
    fs.rmSync(words);
    writeWordIndex(words, [], 'another');
    t.equal(problem(), 'The word index cannot be used: words.db belongs to another index.');
    fs.writeFileSync(words, whole);
    changeWords(words, 'DELETE FROM stored WHERE row = 0');
    t.equal(problem(), 'The word index has 29 entries; 30 were written to it.');
    fs.rmSync(words);
    t.equal(problem(), 'The index has no word index: words.db is not in its folder.');
  },
);

function changeWords(file: string, statement: string) {
  const db = connect(file);
  db.exec(statement);
  db.close();
}

function errorOf(work: () => unknown): string {
  try {
    work();
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}
