import t from 'tap';
import { operator } from '../support/engine.ts';
import { defineOperation } from '../support/operations.ts';
import { createScheduling, startScheduling } from '../support/schedules.ts';

const noop = { env: { CHL_OPERATIONS_MODE: 'noop' } };

t.test('a newest time that is on time is started; then no late one is made up', async (t) => {
  for (const overlap of ['skip', 'wait']) {
    const { put, ticker, outcomes, ticks, clock, engine } = startScheduling(t, {
      at: '2026-11-29T12:00:30Z',
    });
    await put('nightly', { overlap });
    clock.pass(60);
    await ticker.runOnce();
    t.same(outcomes('nightly'), { started: 1, skipped: 0, missed: 59, refused: 0 }, overlap);
    t.same(ticks('nightly').slice(-2), [
      '12:59 missed No server was running. A newer time was on time, so it is not made up.',
      '13:00 started #1',
    ]);
    const rows = engine.auditRows('schedule:nightly').filter(({ event }) => event === 'schedule.missed');
    t.same(
      rows.map(({ detail }) => JSON.parse(detail).transition),
      ['first', 'recovered'],
    );
  }
});

t.test('at most one due time of each minute is on time', async (t) => {
  const { put, ticker, ticks, clock } = startScheduling(t);
  await put('nightly', { overlap: 'wait' });
  clock.pass(2);
  await ticker.runOnce();
  t.match(ticks('nightly'), [/^12:01 missed/, '12:02 started #1']);
});

t.test(
  'the newest late time is made up if none is on time, and the next one keeps the overlap rule',
  async (t) => {
    const { put, ticker, ticks, clock, engine } = startScheduling(t, {
      operations: [defineOperation({ child: 'sleeps' })],
    });
    const two = { cron: '0,2 * * * *' };
    await put('skips', { ...two, overlap: 'skip' });
    await put('waits', { ...two, overlap: 'wait' });
    clock.set('2026-11-29T15:01:30Z');
    await ticker.runOnce();
    for (const name of ['skips', 'waits'])
      t.match(ticks(name).slice(-2), [
        /^14:02 missed No server was running\. Only the newest missed time is made up\.$/,
        /^15:00 started #\d Made up\. No server was running\.$/,
      ]);
    engine.runner.start();
    await engine.whenJob(1, 'running');
    clock.pass(1);
    await ticker.runOnce();
    t.equal(ticks('skips').at(-1), '15:02 skipped Its run #1 had not ended.');
    t.equal(ticks('waits').at(-1), '15:02 skipped Its run #2 was still waiting.');
    engine.verbs.cancel('2', operator);
    engine.verbs.cancel('1', operator);
    await engine.whenJob(1, 'cancelled');
  },
);

t.test('a time of more than a day ago says why it is not made up', async (t) => {
  const { put, ticker, ticks, clock } = startScheduling(t);
  await put('nightly', { cron: '0 13 29 11 *' });
  clock.set('2026-11-30T13:00:01Z');
  await ticker.runOnce();
  t.same(ticks('nightly'), ['13:00 missed No server was running. It is too old to be made up.']);
});

t.test(
  'a change of the rule, the zone or the switch leaves no due time before it without a tick',
  async (t) => {
    const { put, edits, ticker, ticks, clock } = startScheduling(t, { ...noop, at: '2026-11-29T12:00:30Z' });
    for (const name of ['rule', 'zone', 'off', 'gone', 'args']) await put(name);
    await ticker.runOnce();
    clock.pass(1);
    await put('rule', { cron: '*/5 * * * *' });
    await put('zone', { zone: 'Europe/Berlin' });
    await edits.switch('off', false, operator);
    await edits.remove('gone', operator);
    await put('args', { args: { text: 'a' } });
    for (const name of ['rule', 'zone'])
      t.same(ticks(name), ['12:01 skipped The schedule was changed before it was started.'], name);
    t.same(ticks('off'), ['12:01 skipped The schedule was switched off before it was started.']);
    t.same(ticks('gone'), ['12:01 skipped The schedule was removed before it was started.']);
    t.same(ticks('args'), [], 'a change of the arguments owes what was due');
    await ticker.runOnce();
    t.same(ticks('args'), ['12:01 started #1']);
    for (const name of ['rule', 'zone', 'off', 'gone']) t.equal(ticks(name).length, 1, name);
  },
);

t.test('a change during a pass of the ticker decides what the pass has read, once', async (t) => {
  const { put, edits, ticker, ticks, clock, engine } = startScheduling(t, { at: '2026-11-29T12:00:30Z' });
  const other = createScheduling(engine, clock.now);
  const names = ['a', 'b', 'c', 'd'];
  for (const name of names) await put(name);
  clock.pass(1);
  const passes = [ticker.runOnce(), other.ticker.runOnce()];
  await edits.remove('d', operator);
  await put('c', { zone: 'Europe/Berlin' });
  await Promise.all(passes);
  for (const name of names) t.equal(ticks(name).length, 1, name);
  t.match(ticks('c'), [/^12:01 skipped/]);
  t.match(ticks('d'), [/^12:01 skipped/]);
  t.match(ticks('a'), [/^12:01 started/]);
});

t.test('a schedule that is removed and added again in the same minute runs no due time twice', async (t) => {
  const { put, edits, ticker, ticks, clock, engine } = startScheduling(t, {
    ...noop,
    at: '2026-11-29T12:00:30Z',
  });
  engine.runner.start();
  await put('nightly');
  clock.pass(1);
  await ticker.runOnce();
  await engine.whenJob(1, 'succeeded');
  await edits.remove('nightly', operator);
  await put('nightly');
  await ticker.runOnce();
  t.same(ticks('nightly'), ['12:01 started #1']);
  clock.set('2026-11-29T12:02:00Z');
  await edits.remove('nightly', operator);
  await put('nightly');
  await ticker.runOnce();
  t.same(ticks('nightly').slice(1), ['12:02 skipped The schedule was removed before it was started.']);
  clock.set('2026-11-29T12:00:40Z');
  await edits.remove('nightly', operator);
  await put('nightly');
  clock.set('2026-11-29T12:02:10Z');
  await ticker.runOnce();
  t.equal(ticks('nightly').length, 2, 'nor after the clock was set back');
});

t.test('a change after a long stop keeps the newest due times, and one tick for those before', async (t) => {
  const { put, edits, ticks, clock } = startScheduling(t);
  await put('nightly');
  clock.set('2026-11-30T12:00:30Z');
  await edits.switch('nightly', false, operator);
  t.equal(ticks('nightly').length, 101);
  t.equal(
    ticks('nightly')[0],
    '10:20 skipped The schedule was switched off before it was started, as for each due time since 2026-11-29 12:01 UTC.',
  );
  t.match(ticks('nightly').at(-1), /^12:00 skipped The schedule was switched off/);
});
