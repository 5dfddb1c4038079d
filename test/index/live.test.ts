import fs from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import { generationFiles, readPointer } from '../../src/index/generation.ts';
import { searchThreadFile } from '../../src/index/live-thread.ts';
import { prepareLibraryVersion } from '../../src/index/repository.ts';
import { createLiveIndex, type IndexState } from '../../src/index/live.ts';
import { addExperience, createLibrary } from '../support/entries.ts';
import { rebuild } from '../support/index-of.ts';
import { makeFolder } from '../support/folder.ts';

const crashingThread = new URL('../support/crashing-search-thread.js', import.meta.url);

/** A library of three entries and its live index; `states` and `errors` collect its calls. */
async function open(
  t: Test,
  { isBuilt = true, threadFile = searchThreadFile, hasRoom = () => true as boolean } = {},
) {
  const { config, library } = createLibrary(makeFolder(t));
  addExperience(library, 'E1', { title: 'Create a gzipped archive' });
  addExperience(library, 'E2', { title: 'List the running containers' });
  addExperience(library, 'E3', { title: 'Resize an image' });
  if (isBuilt) await rebuild(config, library);
  const states: IndexState[] = [];
  const errors: string[] = [];
  const live = createLiveIndex({
    config,
    libraryVersion: prepareLibraryVersion(library),
    onStatements() {},
    countUsage() {},
    onChange: (state) => states.push(state),
    onError: (error) => errors.push(error.message),
    threadFile,
    hasRoom,
  });
  t.teardown(async () => {
    await live.stop();
    library.close();
  });
  return { config, library, live, states, errors, rebuild: () => rebuild(config, library) };
}

t.test('before the first build search is refused, and the state is none', async (t) => {
  const { live, states } = await open(t, { isBuilt: false });
  await live.start();
  t.match(live.indexState(), {
    state: 'none',
    generation: null,
    vectors: 0,
    entries: 3,
    missing: 3,
    problem: null,
  });
  t.same(states, [live.indexState()]);
  await t.rejects(live.search({ query: 'archive' }), { code: 'index_missing', message: /Rebuild the index/ });
});

t.test('the first index is searched as soon as it is there, even before its event', async (t) => {
  const { live, rebuild } = await open(t, { isBuilt: false });
  await live.start();
  const { generation } = await rebuild();
  t.equal((await live.search({ query: 'archive' })).generation, generation);
});

t.test('a search answers with hits, the generation and the time it took', async (t) => {
  const { live, config } = await open(t);
  await live.start();
  const { hits, generation, took_ms } = await live.search({ query: 'gzip an archive', limit: 2 });
  t.equal(hits.length, 2);
  t.match(hits[0], { entity_id: 'E1', kind: 'experience', category_code: 'GEN' });
  t.equal(generation, readPointer(config.indexFolder)?.current);
  t.ok(took_ms >= 0);
});

t.test('the state names the generation and what it was built from', async (t) => {
  const { live, rebuild } = await open(t);
  const result = await rebuild();
  await live.start();
  const { sha256, bytes, generation } = result;
  t.match(live.indexState(), {
    state: 'ready',
    sha256,
    bytes,
    generation,
    entries: 3,
    fresh: 3,
    dimension: 384,
  });
  t.match(live.indexState(), { job_id: /^job-/, previous: { vectors: 3, job_id: /^job-/ } });
  t.not(live.indexState().previous?.generation, generation);
});

t.test('a search before the start waits for it', async (t) => {
  const { live } = await open(t);
  t.equal((await live.search({ query: 'archive', mode: 'meaning' })).hits.length, 3);
});

t.test('an empty query or an impossible limit is refused', async (t) => {
  const { live } = await open(t);
  await t.rejects(live.search({ query: ' \n' }), { code: 'invalid_arguments' });
  for (const limit of [0, 1.5, 201]) {
    await t.rejects(live.search({ query: 'x', limit }), {
      code: 'invalid_arguments',
      message: /from 1 to 200/,
    });
  }
});

t.test('a change of the library shows at the next refresh, and only a change is reported', async (t) => {
  const { live, library, states } = await open(t);
  await live.start();
  addExperience(library, 'E4');
  library.exec(`DELETE FROM experiences WHERE id = 'E1'`);
  await live.refresh();
  t.match(live.indexState(), { state: 'behind', entries: 3, fresh: 2, missing: 1, orphans: 1 });
  await Promise.all([live.refresh(), live.refresh(), live.refresh()]);
  t.equal(states.length, 2);
  const { hits } = await live.search({ query: 'archive', mode: 'meaning' });
  t.same(hits.map((hit) => hit.entity_id).sort(), ['E2', 'E3']);
});

t.test('an entry comes with its sync state and its neighbours, and lists show the present', async (t) => {
  const { live, library } = await open(t);
  t.match(await live.entry({ kind: 'experience', id: 'E1' }), {
    standing: 'fresh',
    reason: null,
    isInIndex: true,
    neighbours: [{ kind: 'experience' }, { kind: 'experience' }],
  });
  addExperience(library, 'E4');
  t.match(await live.entry({ kind: 'experience', id: 'E4' }), {
    standing: 'missing',
    reason: 'waits',
    isInIndex: false,
    neighbours: [],
  });
  t.match(await live.list({ state: 'missing', limit: 9 }), { items: [{ entity_id: 'E4' }], next: null });
  await t.rejects(live.entry({ kind: 'manual', id: 'E1' }), { code: 'not_found', message: /no manual "E1"/ });
});

t.test('without an index every entry is listed as missing', async (t) => {
  const { live } = await open(t, { isBuilt: false });
  t.match(await live.entry({ kind: 'experience', id: 'E1' }), { standing: 'missing', neighbours: [] });
  t.equal((await live.list({ state: 'missing', limit: 9 })).items.length, 3);
});

t.test('no search fails while a switch is followed', async (t) => {
  const { live, library, rebuild } = await open(t);
  await live.start();
  const before = live.indexState().generation;
  addExperience(library, 'E4', { title: 'Merge two documents' });
  const { generation } = await rebuild();
  const generations = new Set<string>();
  let isFollowed = false;
  const following = live.refresh().then(() => {
    isFollowed = true;
  });
  while (!isFollowed) generations.add((await live.search({ query: 'merge' })).generation);
  await following;
  const { hits, generation: after } = await live.search({ query: 'merge documents' });
  t.equal(after, generation);
  t.equal(hits[0]?.entity_id, 'E4');
  t.ok([...generations].every((name) => name === before || name === after));
  t.match(live.indexState(), { state: 'ready', vectors: 4, previous: { generation: before } });
});

t.test('continuous searches see one generation after the other, and none fails', async (t) => {
  const { live, library, rebuild } = await open(t);
  await live.start();
  const built = [live.indexState().generation];
  const seen: string[] = [];
  let isOver = false;
  const search = async () => {
    while (!isOver) seen.push((await live.search({ query: 'archive' })).generation);
  };
  const searching = [search(), search(), search()];
  for (let i = 0; i < 6; i++) {
    addExperience(library, `X${i}`);
    built.push((await rebuild()).generation);
    await live.refresh();
  }
  isOver = true;
  await Promise.all(searching);
  seen.push((await live.search({ query: 'archive' })).generation);
  t.same([...new Set(seen)], built);
});

t.test('a damaged new generation is reported, and the old one continues to answer', async (t) => {
  const { live, config, rebuild } = await open(t);
  await live.start();
  const before = live.indexState().generation;
  const { generation } = await rebuild();
  fs.truncateSync(generationFiles(path.join(config.indexFolder, generation)).index, 100);
  await live.refresh();
  t.match(live.indexState(), {
    state: 'broken',
    problem: /has 100 bytes; 3 vectors/,
    generation: before,
    fresh: 3,
  });
  t.equal((await live.search({ query: 'archive' })).generation, before);
  const { generation: repaired } = await rebuild();
  await live.refresh();
  t.match(live.indexState(), { state: 'ready', problem: null, generation: repaired });
});

t.test('a damaged index at start is reported, and search names the next step', async (t) => {
  const { live, config } = await open(t);
  fs.writeFileSync(path.join(config.indexFolder, 'current'), 'nonsense');
  await live.start();
  t.match(live.indexState(), { state: 'broken', problem: /names no generation/, entries: 3, missing: 3 });
  await t.rejects(live.search({ query: 'x' }), {
    code: 'index_missing',
    message: /names no generation.*Rebuild/,
  });
});

t.test('a crashed search thread is restarted, and no caller waits for ever', async (t) => {
  const { live, errors } = await open(t, { threadFile: crashingThread });
  await live.start();
  const refused = { code: 'temporary', message: /ended unexpectedly/ };
  await Promise.all([
    t.rejects(live.search({ query: 'crash' }), refused),
    t.rejects(live.search({ query: 'asked behind it' }), refused),
  ]);
  t.same(errors, ['it was asked to crash']);
  t.equal((await live.search({ query: 'archive' })).hits[0]?.entity_id, 'E1');
  await t.rejects(live.search({ query: 'crash' }), refused);
  await live.refresh();
  t.match(live.indexState(), { state: 'broken', problem: /ended unexpectedly: it was asked to crash/ });
  t.equal((await live.search({ query: 'archive' })).hits[0]?.entity_id, 'E1', 'a search starts it again');
  t.match(live.indexState(), { state: 'ready', problem: null });
});

t.test('damage of the library that a search meets is reported', async (t) => {
  const { live, errors } = await open(t, { threadFile: crashingThread });
  await live.start();
  await t.rejects(live.search({ query: 'damage' }), { code: 'database_damaged' });
  t.same(errors, ['chl.db is damaged.']);
  await t.rejects(live.search({ query: ' ' }), { code: 'invalid_arguments' });
  await t.rejects(live.entry({ kind: 'manual', id: 'E1' }), { code: 'not_found' });
  t.equal(errors.length, 1, 'other refusals are not');
});

t.test('after two crashes a new generation is searched again', async (t) => {
  const { live, errors, config, rebuild } = await open(t, { threadFile: crashingThread });
  const switchFile = path.join(config.indexFolder, 'crash');
  fs.writeFileSync(switchFile, '');
  await live.start();
  t.same(errors, ['it crashes at once', 'it crashes at once']);
  t.equal(live.indexState().state, 'broken');
  fs.rmSync(switchFile);
  await rebuild();
  await live.refresh();
  t.match(live.indexState(), { state: 'ready', problem: null });
});

t.test('no thread starts while too many files are open; it starts as soon as there is room', async (t) => {
  let isShort = true;
  const { live, errors } = await open(t, { hasRoom: () => !isShort });
  await live.start();
  t.match(live.indexState(), { state: 'broken', problem: /Too many files are open/ });
  await t.rejects(live.search({ query: 'archive' }), {
    code: 'temporary',
    message: /Too many files are open/,
  });
  isShort = false;
  t.equal((await live.search({ query: 'archive', mode: 'meaning' })).hits.length, 3);
  t.match(live.indexState(), { state: 'ready', problem: null });
  t.same(errors, []);
});

t.test('a thread that cannot be loaded is tried twice, then with each search', async (t) => {
  const { live, errors } = await open(t, { threadFile: new URL('./no-such-thread.js', import.meta.url) });
  await live.start();
  await live.refresh();
  t.equal(errors.length, 2, 'the second try comes at once, the third after a pause');
  await t.rejects(live.search({ query: 'archive' }), { code: 'temporary', message: /ended unexpectedly/ });
  t.equal(errors.length, 3);
});

t.test('stopping is safe twice, answers open searches, and refuses later ones', async (t) => {
  const { live, errors } = await open(t);
  await live.start();
  const underWay = live.search({ query: 'archive', mode: 'meaning' });
  await Promise.all([live.stop(), live.stop()]);
  t.equal((await underWay).hits.length, 3);
  await t.rejects(live.search({ query: 'archive' }), { code: 'stopping' });
  await live.refresh();
  await live.stop();
  t.same(errors, []);
});

t.test('stopping during the start is safe', async (t) => {
  const { live, errors } = await open(t);
  const starting = live.start();
  await live.stop();
  await starting;
  t.same(errors, []);
});
