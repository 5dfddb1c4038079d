// A generation that misses more canaries than the live one is not switched to.
import fs from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import { builtIn } from '../../src/embedding/built-in.ts';
import { EmbeddingOutage } from '../../src/embedding/embedder.ts';
import type { Canary } from '../../src/index/canary.ts';
import { type CanaryCheck, checkCanaries, describeCanaries } from '../../src/index/canary-check.ts';
import { liveFiles, readPointer } from '../../src/index/generation.ts';
import { describeMissedCanaries } from '../../src/operations/missed-canaries.ts';
import { rollBackIndex } from '../../src/index/rollback.ts';
import { installSnapshot } from '../../src/snapshots/install.ts';
import { findStaged, stagedFolder, writeStaged } from '../../src/snapshots/staging.ts';
import { addExperience, createLibrary } from '../support/entries.ts';
import { rebuild } from '../support/index-of.ts';
import { makeFolder } from '../support/folder.ts';

const canaryOf = (id: number, query: string, entity_id = `E${id}`): Canary => ({
  id,
  query,
  kind: 'experience',
  entity_id,
  created_at: '2026-01-01T00:00:00.000Z',
  created_by: 'ann',
});

/** A generation whose hits are the ids that it lists for a query. */
const answers = (found: Record<string, string[]>) => () => ({
  search: async ({ query }: { query: string }) =>
    (found[query] ?? []).map((entity_id) => ({ kind: 'experience', entity_id }) as never),
  wordsProblem: null as string | null,
  close() {},
});

const fails = (error: Error) => () => ({
  search: () => Promise.reject(error),
  wordsProblem: null,
  close() {},
});

/** Checks two canaries, of E1 and E2; `lines` collects what the log says. */
function check(given: Partial<CanaryCheck>) {
  const lines: string[] = [];
  const result = checkCanaries({
    canaries: [canaryOf(1, 'one'), canaryOf(2, 'two')],
    hasEntry: () => true,
    live: answers({ one: ['E1'], two: ['E0', 'E2'] }),
    draft: answers({ one: ['E1'], two: ['E2'] }),
    draftName: 'The new index',
    isForced: false,
    onProgress() {},
    report: (line) => lines.push(line),
    ...given,
  });
  return { result, lines };
}

const worse = answers({ one: ['E1'], two: ['A', 'B', 'C', 'D', 'E', 'F', 'E2'] });

t.test('a draft that misses no more than the live index passes, and its result counts', async (t) => {
  t.same(await check({}).result, { asked: 2, missed: 0 });
  t.same(await check({ live: worse, draft: worse }).result, { asked: 2, missed: 1 });
  const swapped = { live: answers({ one: ['E1'] }), draft: answers({ two: ['E2'] }) };
  const lost = ['“one” wants experience E1: now not among the first 50, place 1 in the live index.'];
  const canaries = await check(swapped).result;
  t.same(canaries, { asked: 2, missed: 1, lost }, 'another one, but not more of them');
  t.equal(describeCanaries({ canaries }), ' 1 of 2 canaries found. 1 canary is lost: see below.');
  const live = () => ({ ...worse(), wordsProblem: 'None.' });
  const compared = 'the live index was searched by meaning only';
  const { result, lines } = check({ live });
  t.same(await result, { asked: 2, missed: 0, compared });
  t.equal(lines.at(-1), `The new index finds 2 of 2 canaries; ${compared}.`);
});

t.test('one that misses more is refused with the place of each, unless it is forced', async (t) => {
  const { result, lines } = check({ draft: worse });
  await t.rejects(result, {
    code: 'bad_input',
    message:
      'The new index misses 1 of 2 canaries, the live index 0: “two” wants experience E2: now place 7, place 2 in the live index. The live index stays.',
    details: {
      code: 'canary_missed',
      canaries: { asked: 2, missed: 1, live_missed: 0 },
      override: 'despite_canaries',
      problems: [
        { field: 'two', value: 'experience E2', message: 'now place 7, place 2 in the live index.' },
      ],
    },
  });
  t.match(lines, [
    /^Canary missed: “two” wants experience E2: now place 7/,
    'The new index finds 1 of 2 canaries.',
  ]);
  await t.rejects(check({ draft: answers({}) }).result, {
    message: /: “one” wants experience E1: now not among the first 50, place 1 in .*\. 1 other below\. The/,
  });
  const forced = await check({ draft: worse, isForced: true }).result;
  t.match(forced, { asked: 2, missed: 1, lost: [/^“two” wants/] });
});

t.test('without a live index that can be asked, misses are reported only', async (t) => {
  for (const live of [null, fails(new Error('It is damaged.'))]) {
    const { result, lines } = check({ live, draft: worse });
    t.same(await result, { asked: 2, missed: 1, compared: 'compared with no live index' });
    t.match(lines.join('\n'), /Canary missed: “two” wants experience E2: now place 7\.$/m);
  }
});

t.test('an entry that is gone is asked of neither, and named', async (t) => {
  const { result, lines } = check({ draft: worse, hasEntry: ({ id }) => id === 1 });
  t.same(await result, { asked: 1, missed: 0 });
  t.equal(lines[0], 'Canary “two” is not asked: the library has no experience E2 any more.');
});

t.test('a service that does not answer refuses nothing, and the outcome says so', async (t) => {
  const { result } = check({ draft: fails(new EmbeddingOutage('The service is down.')) });
  const canaries = await result;
  t.same(canaries, { asked: 0, missed: 0, problem: 'The service is down.' });
  t.equal(describeCanaries({ canaries }), ' The canaries could not be asked.');
  t.equal(describeCanaries({ canaries: { asked: 3, missed: 1 } }), ' 2 of 3 canaries found.');
  t.equal(describeCanaries({}), '');
  await t.rejects(check({ draft: fails(new Error('The draft is damaged.')) }).result, /damaged/);
});

/** A library whose index finds E1 by its title, until E1 gets another one. */
async function open(t: Test) {
  const { config, library } = createLibrary(makeFolder(t));
  t.teardown(() => library.close());
  addExperience(library, 'E1', { title: 'Create a gzipped archive' });
  for (let at = 10; at < 20; at++)
    addExperience(library, `E${at}`, {
      title: `Pack a gzipped archive of ${at}`,
      playbook: 'Water and flowers.',
    });
  await rebuild(config, library);
  const rename = (title: string) =>
    library
      .prepare(
        `UPDATE experiences SET title = ?, playbook = '-', embedding_status = 'pending' WHERE id = 'E1'`,
      )
      .run(title);
  return { config, library, rename, current: () => readPointer(config.indexFolder)?.current };
}

const canaries = [canaryOf(1, 'create a gzipped archive')];

t.test(
  'a rebuild that loses a canary leaves the live index, and its draft is removed by the next',
  async (t) => {
    const { config, library, rename, current } = await open(t);
    const first = current();
    rename('Water the flowers');
    await t.rejects(rebuild(config, library, {}, canaries), {
      code: 'bad_input',
      details: { code: 'canary_missed' },
    });
    t.equal(current(), first);
    const forced = await rebuild(config, library, { despite_canaries: true }, canaries);
    t.match(forced, { canaries: { asked: 1, missed: 1 }, generation: current() });
    t.not(current(), first);
    t.same(
      fs.readdirSync(config.indexFolder).filter((name) => name.startsWith('building-')),
      [],
    );
  },
);

t.test('a roll back asks the previous index', async (t) => {
  const { config, library, rename, current } = await open(t);
  rename('Water the flowers');
  const { generation } = await rebuild(config, library);
  const context = { config, library, model: builtIn, progress() {}, assertFence() {} };
  let attempt = 0;
  const rollBack = (query: string, args = {}) => {
    const job = { id: 'job-r', attempt: ++attempt };
    return rollBackIndex(args, { ...context, job, canaries: [canaryOf(1, query)] });
  };
  await t.rejects(rollBack('water the flowers'), {
    message: /^The previous index misses 1 of 1 canary, the live index 0: /,
    details: { code: 'canary_missed' },
  });
  t.equal(current(), generation);
  t.match(await rollBack('water the flowers', { despite_canaries: true }), { canaries: { missed: 1 } });
  t.match(await rollBack('water the flowers'), { canaries: { asked: 1, missed: 0 }, generation });
});

t.test('a service that is down is asked once, and then words decide', async (t) => {
  const { config, library, rename } = await open(t);
  rename('Water the flowers');
  await rebuild(config, library);
  let calls = 0;
  const { name, isLexical, dimension } = builtIn;
  const down = () => {
    calls++;
    return Promise.reject(new EmbeddingOutage('The service is down.'));
  };
  const model = { name, isLexical, dimension, label: name, open: down };
  const job = { id: 'job-d', attempt: 1 };
  const asked = [canaryOf(1, 'flowers for the water'), canaryOf(2, 'water the flowers', 'E1')];
  const context = { config, library, model, job, canaries: asked, progress() {}, assertFence() {} };
  await t.rejects(rollBackIndex({}, context), { code: 'bad_input', details: { code: 'canary_missed' } });
  t.equal(calls, 1);
});

t.test('a snapshot that is refused stays staged for a run despite the canaries', async (t) => {
  const { config, library } = await open(t);
  const { indexFolder } = config;
  const staged_id = '0123abcd';
  const folder = stagedFolder(indexFolder, staged_id);
  fs.mkdirSync(folder);
  for (const file of Object.values(liveFiles(indexFolder) ?? {}))
    fs.copyFileSync(file, path.join(folder, path.basename(file)));
  writeStaged(indexFolder, { staged_id } as Parameters<typeof writeStaged>[1]);
  addExperience(library, 'E2', { title: 'Feed the cat' });
  const { generation } = await rebuild(config, library);
  const context = { config, library, model: builtIn, progress() {}, assertFence() {} };
  const install = (attempt: number, args = {}) =>
    installSnapshot(args, {
      ...context,
      job: { id: 'job-s', attempt },
      canaries: [canaryOf(2, 'feed the cat')],
    });
  await t.rejects(install(1), { message: /^The snapshot misses 1 of 1 canary/ });
  t.equal(readPointer(indexFolder)?.current, generation);
  t.ok(findStaged(indexFolder, staged_id));
  t.match(await install(2, { despite_canaries: true }), {
    canaries: { asked: 1, missed: 1 },
    previous: generation,
  });
  t.notOk(findStaged(indexFolder, staged_id));
});

t.test('a dialog names the canaries of the refused job that it comes from, else of the newest', (t) => {
  const failed = (number: number, operation: string, query: string) => ({
    number,
    operation,
    status: 'failed',
    failure: { detail: { code: 'canary_missed', problems: [{ field: query, value: 'experience E1' }] } },
  });
  const jobs = [failed(1, 'index', 'first'), failed(2, 'repair', 'other'), failed(3, 'index', 'newest')];
  const repository = {
    lastRuns: (operation: string) => jobs.filter((job) => job.operation === operation),
    find: (number: string) => jobs.find((job) => String(job.number) === number) ?? null,
  };
  const describe = (refused?: string, isForced = true) =>
    describeMissedCanaries(repository as never, 'index', { despite_canaries: isForced }, refused);
  t.same(describe('1'), ['Job 1 missed “first” (experience E1).']);
  t.same(describe(), ['Job 3 missed “newest” (experience E1).']);
  t.same(describe('2'), [], 'a job of another operation');
  t.same(describe('9'), [], 'no such job');
  t.same(describe('1', false), []);
  t.end();
});
