// Due times while something outside the schedules is in the way: a maintenance window, a stop, a busy database, a clock.
import t, { type Test } from 'tap';
import { openDatabase } from '../../src/core/db/open.ts';
import type { Claim } from '../../src/jobs/job.ts';
import { createClaims } from '../../src/jobs/repository-claims.ts';
import { createWindowClaims } from '../../src/jobs/window-claims.ts';
import type { Level } from '../../src/window-store/window.ts';
import { createWindowRepository } from '../../src/window-store/window-repository.ts';
import { schedulesCheck } from '../../src/schedules/schedules-check.ts';
import { buildEngine, operator } from '../support/engine.ts';
import { defineOperation } from '../support/operations.ts';
import { createScheduling, startScheduling } from '../support/schedules.ts';
import { makeFolder } from '../support/folder.ts';

const sheets: Claim = { name: 'sheets', mode: 'exclusive' };

/** Two schedules of operations that claim library and sheets: `strict` has overlap skip, `patient` has wait. */
async function startWithWindow(t: Test, level: Level) {
  const scheduling = startScheduling(t, {
    operations: [
      defineOperation({ locks: () => [sheets] }),
      defineOperation({ name: 'other', locks: () => [sheets, { name: 'library', mode: 'exclusive' }] }),
      defineOperation({ name: 'repairs', locks: () => [{ name: 'library', mode: 'shared' }] }),
    ],
    env: { CHL_OPERATIONS_MODE: 'noop' },
  });
  const { engine, clock, put } = scheduling;
  const windows = createWindowRepository(engine.ops);
  const line = createWindowClaims({ ...engine, now: clock.now, windows, claims: createClaims(engine.ops) });
  const at = clock.now().toISOString();
  const { id } = windows.insert({
    level,
    reason: 'the disk is moved',
    starts_at: at,
    ends_at: '2026-11-29T13:00:00.000Z',
    created_by: 'ada',
    created_at: at,
  });
  await put('strict', { overlap: 'skip' });
  await put('patient', { operation: 'other', overlap: 'wait' });
  t.ok(windows.transaction(() => line.begin(id))?.entered_at, 'the window is active');
  const end = () => windows.transaction(() => line.end(id, { at: clock.now().toISOString(), by: operator }));
  return { ...scheduling, end };
}

const refused = (time: string) =>
  `${time} refused Maintenance “the disk is moved” until 2026-11-29 13:00 UTC.`;

for (const level of ['frozen', 'drained'] as const)
  t.test(`a ${level} window refuses a run, or is ahead of one that may wait`, async (t) => {
    const { ticker, ticks, clock, engine, end } = await startWithWindow(t, level);
    engine.runner.start();
    for (let minute = 0; minute < 2; minute += 1) {
      clock.pass(1);
      await ticker.runOnce();
    }
    t.same(ticks('strict'), [refused('12:01'), refused('12:02')]);
    t.same(ticks('patient'), ['12:01 started #1', '12:02 skipped Its run #1 was still waiting.']);
    t.equal(engine.repository.find('1')?.status, 'queued');
    t.equal(engine.repository.find('2'), null, 'a refused due time has no job');
    end();
    engine.bus.emit('maintenance');
    await engine.whenJob(1, 'succeeded');
    clock.pass(1);
    await ticker.runOnce();
    t.match(ticks('strict').at(-1), /^12:03 (started #\d|skipped other #\d)/);
    t.match(ticks('patient').at(-1), /^12:03 started #\d/);
  });

t.test('a run that a frozen window lets pass does not wait for one that it bars', async (t) => {
  const { ticker, ticks, clock, engine, put } = await startWithWindow(t, 'frozen');
  await put('repairs', { operation: 'repairs', overlap: 'skip' });
  for (let minute = 0; minute < 2; minute += 1) {
    clock.pass(1);
    await ticker.runOnce();
  }
  t.match(ticks('patient'), ['12:01 started #1', /^12:02 skipped/]);
  t.match(ticks('repairs')[0], /^12:01 started #2/);
  engine.runner.start();
  await engine.whenJob(2, 'succeeded');
  t.equal(engine.repository.find('1')?.status, 'queued');
});

t.test('a read-only window refuses every due time, also of a run that may wait', async (t) => {
  const { ticker, ticks, clock, engine, end, schedules, scheduleJobs } = await startWithWindow(
    t,
    'read_only',
  );
  clock.pass(1);
  await ticker.runOnce();
  t.same(ticks('strict'), [refused('12:01')]);
  t.same(ticks('patient'), [refused('12:01')]);
  t.equal(schedules.lastTick('strict')?.code, 'maintenance');
  const { found } = await schedulesCheck({ ...engine, schedules, scheduleJobs }).look();
  t.same(found, [], 'a window ends by itself, so its refusals are no trouble');
  t.equal(engine.repository.find('1'), null);
  end();
  clock.pass(1);
  await ticker.runOnce();
  t.same(ticks('patient').at(-1), '12:02 started #1');
});

t.test('while the server stops nothing is decided, and the next start decides', async (t) => {
  const root = makeFolder(t);
  const first = startScheduling(t, { root });
  await first.put('nightly');
  first.clock.pass(1);
  first.engine.stopAccepting();
  await first.ticker.runOnce();
  t.same(first.ticks('nightly'), []);
  await first.engine.close();
  const engine = buildEngine(root, { operations: [defineOperation()], now: first.clock.now });
  t.teardown(engine.close);
  const second = createScheduling(engine, first.clock.now);
  await second.ticker.runOnce();
  t.same(second.ticks('nightly'), ['12:01 started #1']);
});

t.test('a due time in a busy ops.db is decided once, as soon as it is free', async (t) => {
  const { put, ticker, ticks, clock, engine } = startScheduling(t);
  const writer = openDatabase(engine.config.opsDatabasePath, { busyMs: 1000 });
  t.teardown(() => writer.close());
  await put('nightly');
  clock.pass(1);
  writer.exec('BEGIN IMMEDIATE');
  setTimeout(() => writer.exec('ROLLBACK'), 2000);
  await ticker.runOnce();
  t.same(ticks('nightly'), ['12:01 started #1'], 'the run waits for two seconds');
  clock.pass(1);
  writer.exec('BEGIN IMMEDIATE');
  await ticker.runOnce();
  t.equal(ticks('nightly').length, 1, 'a tick that cannot be written is left for the next pass');
  writer.exec('ROLLBACK');
  await ticker.runOnce();
  await ticker.runOnce();
  t.same(ticks('nightly').slice(1), ['12:02 skipped Its run #1 was still waiting.']);
  t.equal(engine.repository.find('2'), null);
});

t.test('a clock set back an hour decides nothing twice', async (t) => {
  const { put, ticker, ticks, clock, engine } = startScheduling(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  engine.runner.start();
  await put('nightly', { cron: '*/10 * * * *' });
  for (let run = 1; run <= 6; run += 1) {
    clock.pass(10);
    await ticker.runOnce();
    await engine.whenJob(run, 'succeeded');
  }
  clock.pass(-60);
  for (let minute = 0; minute < 60; minute += 5) {
    await ticker.runOnce();
    clock.pass(5);
  }
  await ticker.runOnce();
  t.equal(ticks('nightly').length, 6);
  t.equal(engine.repository.find('7'), null);
  clock.pass(10);
  await ticker.runOnce();
  t.same(ticks('nightly').slice(6), ['13:10 started #7'], 'the next new time starts');
});

t.test('a machine that slept three hours has missed their times', async (t) => {
  const { put, ticker, ticks, clock, engine } = startScheduling(t);
  await put('made-up', { cron: '0 * * * *', missed: 'once' });
  await put('left-out', { cron: '0 * * * *', missed: 'skip' });
  await ticker.runOnce();
  clock.set('2026-11-29T15:30:00Z');
  await ticker.runOnce();
  const cause = 'The server was asleep or busy at this time.';
  t.same(ticks('made-up'), [
    `13:00 missed ${cause} Only the newest missed time is made up.`,
    `14:00 missed ${cause} Only the newest missed time is made up.`,
    `15:00 started #1 Made up. ${cause}`,
  ]);
  const leftOut = ['13:00', '14:00', '15:00'].map((at) => `${at} missed ${cause} Missed times are left out.`);
  t.same(ticks('left-out'), leftOut);
  t.equal(engine.repository.find('2'), null);
});
