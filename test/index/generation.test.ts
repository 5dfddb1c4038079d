import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import {
  generationFiles,
  linkBackup,
  modelSlug,
  readAppliedGeneration,
  readPointer,
  startGeneration,
  switchTo,
  tidyGenerations,
  writeBuiltBy,
} from '../../src/index/generation.ts';
import { makeFolder } from '../support/folder.ts';

let minute = 0;

/** A switched-to generation whose files hold `content`. */
function makeLive(indexFolder: string, content: string, jobId = 'job') {
  const draft = makeDraft(indexFolder, content);
  writeBuiltBy(draft, { job_id: jobId, attempt: 1, result: { content } });
  linkBackup(indexFolder, draft);
  switchTo(indexFolder, draft);
  return draft.name;
}

function makeDraft(indexFolder: string, content: string) {
  const draft = startGeneration(indexFolder, new Date(Date.UTC(2026, 0, 1, 0, minute++)));
  fs.writeFileSync(path.join(draft.folder, 'unified_m.index'), content);
  fs.writeFileSync(path.join(draft.folder, 'unified_m.meta.json'), `${content} meta`);
  return draft;
}

t.test('the slug of a model equals that of CHL', (t) => {
  t.equal(modelSlug('chl/built-in-384'), 'chl_built-in-384');
  t.equal(modelSlug('Org/All-MiniLM-L6.v2'), 'org_all-minilm-l6v2');
  t.end();
});

t.test('a generation is invisible until the switch', (t) => {
  const folder = path.join(makeFolder(t), 'faiss_index');
  t.equal(readPointer(folder), null);
  const draft = makeDraft(folder, 'one');
  t.equal(readPointer(folder), null);
  t.same(switchTo(folder, draft), { current: draft.name, previous: null });
  t.same(readPointer(folder), { current: draft.name, previous: null });
  const { index } = generationFiles(path.join(folder, draft.name));
  t.equal(fs.readFileSync(index, 'utf8'), 'one');
  t.end();
});

t.test('the previous generation stays, older ones are removed', (t) => {
  const folder = makeFolder(t);
  const [, second, third] = ['one', 'two', 'three'].map((content) => makeLive(folder, content));
  t.same(readPointer(folder), { current: third, previous: second });
  t.same(fs.readdirSync(folder).sort(), ['current', second, third]);
  t.end();
});

t.test('the files of the previous generation are linked as backup', (t) => {
  const folder = makeFolder(t);
  const first = path.join(folder, makeLive(folder, 'one'));
  const second = path.join(folder, makeLive(folder, 'two'));
  t.same(fs.readdirSync(second).sort(), [
    'job.json',
    'unified_m.index',
    'unified_m.index.backup',
    'unified_m.meta.json',
    'unified_m.meta.json.backup',
  ]);
  const inode = (file: string) => fs.statSync(file).ino;
  t.equal(inode(path.join(second, 'unified_m.index.backup')), inode(path.join(first, 'unified_m.index')));
  t.equal(fs.readFileSync(path.join(second, 'unified_m.meta.json.backup'), 'utf8'), 'one meta');
  t.end();
});

t.test('a killed build leaves nothing behind', (t) => {
  const folder = makeFolder(t);
  const live = makeLive(folder, 'one');
  makeDraft(folder, 'died while it was built');
  const renamed = makeDraft(folder, 'died before the pointer moved');
  fs.renameSync(renamed.folder, path.join(folder, renamed.name));
  fs.writeFileSync(path.join(folder, 'current.new'), 'half');
  tidyGenerations(folder);
  t.same(fs.readdirSync(folder).sort(), ['current', live]);
  tidyGenerations(path.join(folder, 'not there'));
  t.end();
});

t.test(
  'an unreadable pointer protects all generations, and files of other programs are never removed',
  (t) => {
    const folder = makeFolder(t, { 'unified_old.index': 'of another program' });
    const live = makeLive(folder, 'one');
    fs.writeFileSync(path.join(folder, 'current'), '../elsewhere\n');
    t.throws(() => readPointer(folder), /names no generation/);
    tidyGenerations(folder);
    t.same(fs.readdirSync(folder).sort(), ['current', live, 'unified_old.index']);
    t.end();
  },
);

t.test('a broken live generation does not stop the next one', (t) => {
  const folder = makeFolder(t);
  const first = makeLive(folder, 'one');
  fs.rmSync(path.join(folder, first, 'unified_m.meta.json'));
  const second = makeLive(folder, 'two');
  t.same(readPointer(folder), { current: second, previous: first });
  fs.writeFileSync(path.join(folder, 'current'), 'garbage');
  const third = makeLive(folder, 'three');
  t.same(readPointer(folder), { current: third, previous: null });
  t.end();
});

t.test('the files of a generation are one index with its meta file', (t) => {
  const folder = makeFolder(t, {
    two: { 'unified_a.index': '', 'unified_b.index': '' },
    alone: { 'unified_a.index': '', 'unified_a.index.backup': '' },
    empty: {},
  });
  const files = (name: string) => () => generationFiles(path.join(folder, name));
  t.throws(files('two'), /holds 2 index files instead of one/);
  t.throws(files('alone'), /has no unified_a.meta.json beside/);
  t.throws(files('empty'), /holds no index files/);
  t.throws(files('missing'), /holds no index files/);
  t.end();
});

t.test('recovery learns which generation an attempt switched to', (t) => {
  const indexFolder = makeFolder(t);
  const applied = (jobId: string, attempt = 1) => readAppliedGeneration({ indexFolder }, jobId, attempt);
  t.equal(applied('job-1'), null);
  makeLive(indexFolder, 'one', 'job-1');
  makeLive(indexFolder, 'two', 'job-2');
  const unfinished = makeDraft(indexFolder, 'three');
  writeBuiltBy(unfinished, { job_id: 'job-3', attempt: 1, result: {} });
  t.same(applied('job-1'), { content: 'one' }, 'the one before');
  t.same(applied('job-2'), { content: 'two' }, 'the live one');
  t.equal(applied('job-2', 2), null, 'another attempt');
  t.equal(applied('job-3'), null, 'not switched to');
  fs.writeFileSync(path.join(indexFolder, 'current'), 'garbage');
  t.equal(applied('job-2'), null, 'a pointer that cannot be read');
  t.end();
});
