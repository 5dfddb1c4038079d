import t from 'tap';
import type { Claim } from '../../src/jobs/job.ts';
import { buildEngine, operator } from '../support/engine.ts';
import { defineOperation } from '../support/operations.ts';
import { createScheduling, startScheduling } from '../support/schedules.ts';
import { makeFolder } from '../support/folder.ts';

const library: Claim = { name: 'library', mode: 'exclusive' };
const noop = { env: { CHL_OPERATIONS_MODE: 'noop' } };

t.test('each due time starts one job, which names its schedule and its requester', async (t) => {
  const { put, ticker, ticks, clock, engine } = startScheduling(t, noop);
  engine.runner.start();
  await put('nightly', { reason: 'keeps it fresh' });
  await ticker.runOnce();
  t.same(ticks('nightly'), [], 'the minute in which it was added is not due');
  for (const number of [1, 2]) {
    clock.pass(1);
    await ticker.runOnce();
    await ticker.runOnce();
    await engine.whenJob(number, 'succeeded');
  }
  t.same(ticks('nightly'), ['12:01 started #1', '12:02 started #2']);
  t.match(engine.repository.find('1'), {
    schedule: 'nightly',
    requested_by: 'schedule nightly',
    reason: 'keeps it fresh',
    retry_of: null,
  });
  t.match(engine.auditRows('job:1')[0], { event: 'job.accepted', actor: 'schedule nightly' });
});

t.test('a due time is decided once, by whichever of two servers is first', async (t) => {
  const { put, ticker, ticks, clock, engine } = startScheduling(t);
  const other = createScheduling(engine, clock.now);
  await put('nightly');
  clock.pass(1);
  await Promise.all([ticker.runOnce(), other.ticker.runOnce(), ticker.runOnce()]);
  t.same(ticks('nightly'), ['12:01 started #1']);
  t.equal(engine.repository.find('2'), null, 'no second job');
  t.equal(engine.repository.positions().length, 1, 'and no claims of one');
});

t.test('job and tick are committed together, or neither', async (t) => {
  const { put, ticker, ticks, clock, engine, schedules } = startScheduling(t);
  await put('nightly');
  clock.pass(1);
  engine.ops.exec(`
    CREATE TRIGGER no_tick BEFORE INSERT ON schedule_tick BEGIN SELECT RAISE(ABORT, 'no tick today'); END
  `);
  await ticker.runOnce();
  t.same(ticks('nightly'), []);
  t.equal(engine.repository.find('1'), null);
  engine.ops.exec('DROP TRIGGER no_tick');
  await ticker.runOnce();
  t.equal(ticks('nightly').length, 1);
  t.ok(schedules.lastTick('nightly')?.job);
});

t.test('due times of one minute share a sync, and one that fails holds back no other', async (t) => {
  const { put, ticker, ticks, clock, engine } = startScheduling(t);
  const names = Array.from({ length: 100 }, (_, at) => `s-${at}`);
  for (const name of names) await put(name);
  engine.ops.exec(`
    CREATE TRIGGER no_tick BEFORE INSERT ON schedule_tick WHEN NEW.schedule = 's-50'
    BEGIN SELECT RAISE(ABORT, 'no tick today'); END
  `);
  const decided = () => names.filter((name) => ticks(name).length === 2).length;
  const { synced } = engine.repository;
  const syncs: number[] = [];
  engine.repository.synced = () => {
    syncs.push(decided());
    return synced();
  };
  clock.pass(2);
  await ticker.runOnce();
  t.same(syncs, [99], 'one sync when all are decided');
  t.same(ticks('s-50'), []);
  t.equal(engine.repository.active().length, 99, 'no job without a tick');
  engine.ops.exec('DROP TRIGGER no_tick');
  await ticker.runOnce();
  t.match(ticks('s-50'), [/^12:01 missed/, '12:02 started #100']);
});

t.test('a schedule that is off, removed or changed owes nothing for the time before', async (t) => {
  const { put, edits, ticker, ticks, clock } = startScheduling(t);
  await put('nightly', { is_on: false });
  clock.pass(10);
  await ticker.runOnce();
  t.same(ticks('nightly'), []);
  await edits.switch('nightly', true, operator);
  clock.pass(1);
  await put('nightly', { args: { text: 'a' } });
  await ticker.runOnce();
  t.same(ticks('nightly'), ['12:11 started #1'], 'a change of the arguments owes what was due');
  clock.pass(1);
  await put('nightly', { cron: '*/5 * * * *' });
  await ticker.runOnce();
  t.match(ticks('nightly').slice(1), [/^12:12 skipped The schedule was changed/], 'a new rule starts now');
  clock.pass(2);
  await edits.remove('nightly', operator);
  await ticker.runOnce();
  t.same(ticks('nightly').length, 2);
});

t.test(
  'after a stop of three hours one run starts: on time, or made up; the other due times are missed',
  async (t) => {
    const { put, ticker, outcomes, ticks, clock, engine } = startScheduling(t, {
      at: '2026-11-29T12:00:30Z',
    });
    await put('nightly', { missed: 'once' });
    await put('strict', { missed: 'skip' });
    await put('daily', { cron: '0 13 * * *' });
    clock.pass(180);
    await ticker.runOnce();
    t.same(outcomes('nightly'), { started: 1, skipped: 0, missed: 179, refused: 0 });
    t.equal(ticks('nightly').at(-1), '15:00 started #2');
    t.same(ticks('strict').slice(-2), [
      '14:59 missed No server was running. Missed times are left out.',
      '15:00 started #3',
    ]);
    t.same(ticks('daily'), ['13:00 started #1 Made up. No server was running.']);
    const rows = engine.auditRows('schedule:nightly').filter(({ event }) => event === 'schedule.missed');
    t.match(
      rows.map(({ outcome, detail }) => ({ outcome, ...JSON.parse(detail) })),
      [
        { outcome: 'failed', transition: 'first', ticks: 179 },
        { outcome: 'ok', transition: 'recovered', job: 2 },
      ],
    );
    await ticker.runOnce();
    t.equal(ticks('nightly').length, 180, 'nothing is decided again');
  },
);

t.test('made-up runs start one after another, whatever they lock', async (t) => {
  const { put, ticker, clock, engine } = startScheduling(t, {
    operations: [defineOperation({ child: 'sleeps' })],
  });
  for (const name of ['one', 'two', 'three']) await put(name, { cron: '0 13 * * *' });
  clock.pass(180);
  await ticker.runOnce();
  engine.runner.start();
  for (const number of [1, 3, 2]) await engine.whenJob(number, number === 1 ? 'running' : 'queued');
  t.same(
    engine.repository.active().map(({ status }) => status),
    ['running', 'queued', 'queued'],
  );
  engine.verbs.cancel('1', operator);
  await engine.whenJob(2, 'running');
  t.equal(engine.repository.find('3')?.status, 'queued');
  engine.verbs.cancel('3', operator);
  engine.verbs.cancel('2', operator);
  await engine.whenJob(2, 'cancelled');
});

t.test('a made-up run that is tried again still waits for the other made-up runs', async (t) => {
  const { put, ticker, clock, engine } = startScheduling(t, {
    operations: [
      defineOperation({ child: 'exits-75-once', retries: { maxAttempts: 2, delayMs: 0, backoff: 1 } }),
      defineOperation({ name: 'other', child: 'sleeps' }),
    ],
  });
  await put('one', { cron: '0 13 * * *' });
  await put('two', { cron: '0 13 * * *', operation: 'other' });
  clock.pass(180);
  await ticker.runOnce();
  engine.runner.start();
  await engine.whenJob(1, 'retrying');
  await engine.whenJob(2, 'running');
  const again = await engine.whenJob(1, 'queued');
  t.match(engine.jobs.waitsFor(again), { number: 2 });
  engine.verbs.cancel('1', operator);
  engine.verbs.cancel('2', operator);
  await engine.whenJob(2, 'cancelled');
});

t.test('a due time of more than a day ago is not made up', async (t) => {
  const { put, ticker, ticks, clock } = startScheduling(t);
  await put('nightly', { cron: '0 13 29 11 *' });
  clock.set('2026-11-30T13:00:01Z');
  await ticker.runOnce();
  t.match(ticks('nightly'), [/^13:00 missed/]);
});

t.test('after a long stop the newest 1,500 due times have a tick each, the others share one', async (t) => {
  const { put, ticker, ticks, outcomes, clock, schedules } = startScheduling(t);
  await put('nightly', { missed: 'skip' });
  await put('daily', { cron: '0 0 * * *', missed: 'skip' });
  clock.set('2026-12-29T12:00:30Z');
  await ticker.runOnce();
  t.same(outcomes('nightly'), { started: 1, skipped: 0, missed: 1500, refused: 0 });
  t.match(
    ticks('nightly')[0],
    /^11:00 missed Missed with every due time since 2026-11-29 12:01 UTC\. No server was running\.$/,
  );
  t.equal(schedules.ticks('nightly', { limit: 1501 }).at(-1)?.due_at, '2026-12-28T11:00:00.000Z');
  t.equal(ticks('daily').length, 30, 'a rule of few due times has a tick for each');
});

t.test('a machine that slept, and a clock that was set back, are noticed', async (t) => {
  const { put, ticker, ticks, clock } = startScheduling(t);
  await ticker.runOnce();
  await put('nightly', { cron: '0 * * * *', missed: 'skip' });
  clock.set('2026-11-29T14:30:00Z');
  await ticker.runOnce();
  t.match(ticks('nightly'), [/^13:00 missed The server was asleep or busy/, /^14:00 missed/]);
  clock.set('2026-11-29T12:30:00Z');
  await ticker.runOnce();
  t.equal(ticks('nightly').length, 2);
  clock.set('2026-11-29T13:00:00Z');
  await ticker.runOnce();
  t.equal(ticks('nightly').length, 2, 'decided times are not decided again');
  clock.set('2026-11-29T15:00:00Z');
  await ticker.runOnce();
  t.match(ticks('nightly').at(-1), /^15:00 started/);
});

t.test('overlap skip names the job that was in the way', async (t) => {
  const { put, ticker, ticks, clock, engine } = startScheduling(t, {
    operations: [
      defineOperation({ locks: () => [library] }),
      defineOperation({ name: 'import', locks: () => [library] }),
      defineOperation({ name: 'free' }),
    ],
  });
  engine.enqueue('import');
  await put('nightly', { overlap: 'skip' });
  await put('other', { operation: 'free', overlap: 'skip' });
  clock.pass(1);
  await ticker.runOnce();
  t.same(ticks('nightly'), ['12:01 skipped import #1 by operator was ahead.']);
  t.same(ticks('other'), ['12:01 started #2']);
  clock.pass(1);
  await ticker.runOnce();
  t.same(ticks('other').at(-1), '12:02 skipped Its run #2 was still waiting.');
  t.same(engine.auditRows('operation:chore'), [], 'a skipped due time has no audit row');
});

t.test('overlap wait queues one run behind what is in the way, and never a second', async (t) => {
  const { put, ticker, ticks, clock, engine } = startScheduling(t, {
    operations: [defineOperation({ child: 'sleeps' })],
  });
  engine.runner.start();
  await put('nightly', { overlap: 'wait' });
  for (let minute = 1; minute <= 3; minute += 1) {
    clock.pass(1);
    await ticker.runOnce();
    if (minute === 1) await engine.whenJob(1, 'running');
  }
  t.same(ticks('nightly'), [
    '12:01 started #1',
    '12:02 started #2',
    '12:03 skipped Its run #2 was still waiting.',
  ]);
  t.equal(engine.repository.find('2')?.status, 'queued', 'runs of one schedule do not overlap');
  engine.verbs.cancel('1', operator);
  await engine.whenJob(2, 'running');
  engine.verbs.cancel('2', operator);
  await engine.whenJob(2, 'cancelled');
});

t.test('a refusal leaves a tick with its sentence, a stop and a busy database none', async (t) => {
  const { put, ticker, ticks, clock, engine, schedules } = startScheduling(t, {
    operations: [
      defineOperation({
        check(args) {
          if (args.text === 'gone') throw new Error('broken check');
          return args;
        },
      }),
      defineOperation({ name: 'other' }),
    ],
  });
  await put('nightly');
  await put('odd', { operation: 'other' });
  clock.pass(1);
  engine.ops.prepare(`UPDATE schedule SET operation = 'vanished' WHERE name = 'odd'`).run();
  engine.ops.prepare(`UPDATE schedule SET args = '{"text":"gone"}' WHERE name = 'nightly'`).run();
  await ticker.runOnce();
  t.same(ticks('odd'), [
    '12:01 refused There is no operation vanished any more. Choose another one, or remove the schedule.',
  ]);
  t.same(ticks('nightly'), ['12:01 refused The run could not be requested: broken check']);
  t.equal(schedules.lastTick('odd')?.code, 'wrong_state');
  engine.ops.prepare(`UPDATE schedule SET args = '{}'`).run();
  engine.stopAccepting();
  clock.pass(1);
  await ticker.runOnce();
  t.equal(ticks('nightly').length, 1, 'the next start decides');
});

t.test('what was due is decided at the next start, after a kill at any moment', async (t) => {
  const root = makeFolder(t);
  const first = startScheduling(t, { root });
  await first.put('nightly');
  first.clock.pass(1);
  await first.ticker.runOnce();
  await first.engine.close();
  const engine = buildEngine(root, { operations: [defineOperation()], now: first.clock.now });
  t.teardown(engine.close);
  const second = createScheduling(engine, first.clock.now);
  first.clock.pass(1);
  await second.ticker.runOnce();
  t.same(second.ticks('nightly'), ['12:01 started #1', '12:02 skipped Its run #1 was still waiting.']);
});
