// The flag vector-recheck: idle workers embed entries again, and a model that changed behind its name is a finding.
import '../support/plain-children.ts';
import { mock } from 'node:test';
import t from 'tap';
import { toldModel } from '../../scripts/chaos/told.ts';
import { createFlagRepository } from '../../src/flags/flag-repository.ts';
import { isOnFor } from '../../src/flags/flag.ts';
import { flags } from '../../src/flags/feature.ts';
import type { EntryRow } from '../../src/embedding/repository.ts';
import { createRecheck } from '../../src/workers/recheck.ts';
import { recheckCheck } from '../../src/workers/recheck-check.ts';
import { createRecheckRepository } from '../../src/workers/recheck-repository.ts';
import { startApp } from '../support/app.ts';
import { finishes, startRig, type WorkerRig } from '../support/rig.ts';

const quick = { msPerEntry: 0, pace: { recheckMs: 20 } };
const key = 'vector-recheck';

function setFlag({ ops }: WorkerRig, percent: number) {
  const change = { note: null, changed_at: '2026-01-01T00:00:00.000Z', changed_by: 'ada' };
  createFlagRepository(ops).put({ key, is_on: percent > 0, percent, ...change });
}

function partsOf(rig: WorkerRig) {
  const rechecks = createRecheckRepository(rig.ops, () => new Date());
  const state = { is_on: true, percent: 100 };
  const check = recheckCheck({ library: rig.library, rechecks, flags: { find: () => ({ state }) } });
  const counts = () => rechecks.counts(toldModel.name);
  const checked = () =>
    rig.ops.prepare('SELECT entry_id FROM vector_recheck ORDER BY 1').pluck().all() as string[];
  return { counts, checked, look: () => check.look() };
}

t.test('a model that gives other vectors under its name is found, and the finding ends', async (t) => {
  const rig = await startRig(t, { told: quick });
  const { counts, look } = partsOf(rig);
  rig.entries.add(6);
  await finishes(t, rig);
  t.match(look(), { says: 'No entry was embedded again yet.', found: [] });
  t.equal(counts().checked, 0, 'the flag is off by default');
  setFlag(rig, 100);
  await rig.until('all checked', () => counts().checked === 6);
  t.match(look(), { says: '0 of 6 entries got another vector.', found: [] });
  t.equal(rig.entries.written(), 6, 'no stored vector is replaced');
  await rig.until('recorded', () => createFlagRepository(rig.ops).uses().has(key));

  rig.tell({ ...quick, isChanged: true });
  await rig.until('found', () => counts().differing > 0);
  t.match(look(), {
    found: [{ subject: toldModel.name, severity: 'warning', title: /gives other vectors/ }],
  });
  rig.tell(quick);
  await rig.until('the same again', () => counts().differing === 0);
  t.match(look(), { found: [] });
});

t.test('the share decides by the id of the entry, and a service that is down hurts nothing', async (t) => {
  const rig = await startRig(t, { told: quick });
  const { checked } = partsOf(rig);
  rig.entries.add(30);
  await finishes(t, rig);
  const ids = rig.library.prepare('SELECT id FROM experiences UNION SELECT id FROM category_manuals').pluck();
  const wanted = (ids.all() as string[])
    .filter((id) => isOnFor(key, { is_on: true, percent: 40 }, id))
    .sort();
  t.ok(wanted.length > 0 && wanted.length < 30);
  rig.tell({ ...quick, isDown: true });
  setFlag(rig, 40);
  await rig.until('read', () => createFlagRepository(rig.ops).uses().has(key));
  t.strictSame(checked(), []);
  t.match(rig.repository.find('embed-1'), { state: 'idle', outage_since: null });
  rig.tell(quick);
  await rig.until('all checked', () => checked().length === wanted.length);
  t.strictSame(checked(), wanted);
});

t.test('the newest thousand results are kept', async (t) => {
  const rig = await startRig(t, { workers: 0 });
  let now = 0;
  const rechecks = createRecheckRepository(rig.ops, () => new Date(now));
  for (let i = 0; i < 1100; i += 100) {
    now = i;
    const results = Array.from({ length: 100 }, (_, at) => ({ kind: 'manual', id: `m${i + at}` }) as const);
    rechecks.note(
      results.map((one) => ({ ...one, model: 'm', similarity: 0.5 })),
      [],
    );
  }
  t.match(rechecks.counts('m'), { checked: 1000, differing: 1000 });
  t.strictSame(rechecks.differing('m', 1), [{ kind: 'manual', id: 'm100' }]);
  rechecks.note([], [{ kind: 'manual', id: 'm100' }]);
  t.equal(rechecks.counts('m').checked, 999);
});

t.test('the check alone does not count as a read of the flag', async (t) => {
  const app = await startApp(t);
  await app
    .use(flags)
    .flags.change(
      [{ key, to: { is_on: true, percent: 50, note: null } }],
      { actor: 'ada', role: 'admin', peer: null, requestId: null, reason: 'try it' },
      { reason: 'try it' },
    );
  await app.parts.checker.runOnce('vector-recheck');
  await app.use(flags).settled();
  t.equal(app.use(flags).flags.find(key).use?.read_at ?? null, null);
});

/** A look at these entries, with a model that is told what to do. */
function lookAt(
  entries: EntryRow[],
  { dimension = 2, differing = [] as EntryRow[], probe = async () => {} },
) {
  const noted: { kind: string; id: string }[] = [];
  const model = {
    ...{ name: 'm', version: '1', isLexical: false, dimension, probe },
    embed: async (texts: string[]) => texts.map(() => Float32Array.of(1, 0)),
  };
  const look = createRecheck({
    entries: {
      *entryPages({ entry }) {
        yield entries.filter(({ id }) => entry === undefined || id === entry);
      },
    },
    rechecks: { differing: () => differing, note: (results) => void noted.push(...results) },
    model,
    flags: { isOn: () => true, isOffForAll: () => false },
    untilFree: async (work) => work(),
    everyMs: 0,
    nowMs: () => 0,
    report: (line) => t.fail(line),
  });
  return { look, noted };
}

const entryOf = (kind: EntryRow['kind'], id: string): EntryRow => ({
  ...{ kind, id, title: id, body: '', note: null, embedding_status: 'embedded', model_name: 'm' },
  ...{ content_hash: null, vector: Buffer.from(Float32Array.of(1, 0).buffer) },
});

t.test('an entry is compared while one of the other kind with its id is, too', async (t) => {
  const [experience, manual] = [entryOf('experience', 'same'), entryOf('manual', 'same')];
  const { look, noted } = lookAt([experience, manual], { differing: [experience] });
  await look();
  t.match(noted, [
    { kind: 'experience', id: 'same' },
    { kind: 'manual', id: 'same' },
  ]);
});

t.test('a model that does not answer the probe holds up nothing else', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.teardown(() => mock.timers.reset());
  const probe = () => new Promise<void>(() => {});
  const { look, noted } = lookAt([entryOf('manual', 'one')], { dimension: 0, probe });
  const ended = look().then(() => 'ended');
  mock.timers.tick(10_000);
  t.equal(await Promise.race([ended, new Promise((resolve) => setImmediate(resolve))]), 'ended');
  t.strictSame(noted, []);
});
