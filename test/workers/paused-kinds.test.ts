// A paused kind of entries, with real workers.
import '../support/plain-children.ts';
import t from 'tap';
import { describeLeft } from '../../src/workers/drain-words.ts';
import { describePausedKinds, openKinds, readPausedKinds } from '../../src/workers/paused-kinds.ts';
import { nothingPaused } from '../../src/workers/state.ts';
import { workersCheck } from '../../src/workers/workers-check.ts';
import { makeFolder } from '../support/folder.ts';
import { auditOf, finishes, openRig, rigOperator, startRig, type WorkerRig } from '../support/rig.ts';

const waiting = async ({ queue }: WorkerRig) => {
  const { experiences, manuals } = (await queue.counts()).pending;
  return { experiences, manuals };
};
const untilWaiting = (rig: WorkerRig, experiences: number, manuals: number) =>
  rig.until(`${experiences} and ${manuals} wait`, async () => {
    const left = await waiting(rig);
    return left.experiences === experiences && left.manuals === manuals;
  });

t.test('stored pauses that cannot be read pause nothing', async (t) => {
  const pause = { at: '2026-11-30T14:00:00.000Z', by: 'dana', reason: null };
  for (const junk of [
    null,
    '',
    'x',
    '[]',
    '7',
    'null',
    '{"poem":1}',
    '{"manual":{}}',
    '{"manual":{"at":"x","by":"y"}}',
  ])
    t.same(readPausedKinds(junk), {}, String(junk));
  const half = JSON.stringify({ manual: { ...pause, reason: 7 }, experience: [] });
  t.same(readPausedKinds(half), { manual: pause });
  t.same(openKinds({ manual: pause }), ['experience']);
  t.equal(describePausedKinds({}), null);
  t.equal(describePausedKinds({ experience: pause }), 'Experiences are paused');
  t.equal(describePausedKinds({ experience: pause, manual: pause }), 'Both kinds are paused');
});

t.test('workers leave a paused kind in the queue, also those by hand, until it is resumed', async (t) => {
  const root = makeFolder(t);
  const before = await openRig({ root, workers: 0 });
  const why = { ...rigOperator, reason: 'they are rewritten' };
  await before.workers.pauseKind('manual', why);
  await before.workers.pauseKind('manual', { ...rigOperator, actor: 'eve' });
  await before.close();

  const rig = await openRig({ root, workers: 1 });
  t.teardown(rig.close);
  rig.startByHand();
  await rig.until('both', () => rig.repository.living().filter(({ pid }) => pid !== null).length === 2);
  t.match(rig.workers.view().pausedKinds, {
    manual: { at: String, by: 'dana', reason: 'they are rewritten' },
  });
  rig.entries.add(40);
  await untilWaiting(rig, 0, 10);
  const states = () => rig.workers.view().workers.map(({ view }) => view);
  await rig.until('idle', () => states().every((state) => state === 'idle'));

  await rig.workers.pauseKind('experience', rigOperator);
  t.same(states(), ['paused', 'paused'], 'both kinds are paused');
  await rig.until('paused', () => rig.repository.living().every(({ state }) => state === 'paused'));
  await rig.workers.resumeKind('experience', rigOperator);
  await rig.until('idle', () => states().every((state) => state === 'idle'));
  t.same(await waiting(rig), { experiences: 0, manuals: 10 });

  await rig.workers.resumeKind('manual', rigOperator);
  await finishes(t, rig);
  t.same(rig.workers.view().pausedKinds, {});
  const detail = /"kind":"manual","before":\{\},"after":\{"manual":\{.*"reason":"they are rewritten"/;
  t.match(auditOf(rig, 'queue.pause')[0], { target: 'queue', outcome: 'ok', detail });
  t.equal(auditOf(rig, 'queue.pause').length, 3, 'a pause that changed nothing, too');
});

t.test('a drain ends when only entries of a paused kind wait, and says how many', async (t) => {
  const rig = await startRig(t, { workers: 1 });
  await rig.workers.pauseKind('manual', rigOperator);
  rig.entries.add(40);
  t.match(await rig.workers.forecast(60), { paused: 10 });
  await rig.workers.drain(60, rigOperator);
  await rig.until('ended', () => rig.repository.activeDrain() === null);
  const drained = { outcome: 'drained', left_over: 0, paused_left: 10 };
  t.match(rig.workers.view().drain, drained);
  t.same(await waiting(rig), { experiences: 0, manuals: 10 });
  t.match(auditOf(rig, 'workers.drain_ended')[0]?.detail, /"left":0,"paused":10/);
  t.match(rig.workers.view().pausedKinds, { manual: { by: 'dana' } }, 'the kind stays paused');
  await rig.workers.resumeKind('manual', rigOperator);
  t.match(rig.workers.view().drain, drained, 'as it was at its end');
});

t.test('the words on what a drain has left count each entry once', async (t) => {
  const say = (left_over: number | null, paused_left: number | null) =>
    describeLeft({ left_over, paused_left });
  t.equal(say(0, null), '0 entries are left.');
  t.equal(say(1, 0), '1 entry is left.');
  t.equal(say(0, 39_561), '39,561 entries of a paused kind are left, no others.');
  t.equal(say(38, 1), '38 entries are left, and 1 of a paused kind.');
});

t.test('the finding names each paused kind that waits', async (t) => {
  const pause = (by: string, reason: string | null) => ({ at: '2026-11-30T14:00:00.000Z', by, reason });
  const pausedKinds = { experience: pause('amy', 'too many'), manual: pause('bob', null) };
  const find = async (experiences: number, manuals: number) => {
    const sources = {
      config: { mode: 'scripts' },
      counts: { queue: () => ({ pending: { experiences, manuals, total: experiences + manuals } }) },
      pool: { problems: () => [] },
      workers: {
        view: () => ({ workers: [], control: nothingPaused, pausedKinds, lock: null, drain: null }),
      },
    };
    const { found } = await workersCheck(sources as unknown as Parameters<typeof workersCheck>[0]).look();
    return found.find(({ subject }) => subject === 'kinds');
  };
  const next = ' Resume them on the queue card, or with npm run chl -- resume --kind.';
  t.match(await find(0, 2), {
    severity: 'warning',
    title: 'Entries wait: manuals are paused',
    text: `Manuals: bob paused them.${next}`,
  });
  t.match(await find(1, 2), {
    title: 'Entries wait: both kinds are paused',
    text: `Experiences: amy paused them: too many. Manuals: bob paused them.${next}`,
  });
  t.equal(await find(0, 0), undefined);
});
