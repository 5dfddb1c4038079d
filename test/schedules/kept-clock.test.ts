// A schedule goes on when its ticks are pruned, and when the clock was wrong for a while.
import t from 'tap';
import { readOwed } from '../../src/schedules/owed-times.ts';
import { readCron } from '../../src/schedule-store/cron.ts';
import { startScheduling } from '../support/schedules.ts';

t.test('a rule with a longer period than ticks are kept is not decided again', async (t) => {
  const { clock, ticker, put, ticks, schedules } = startScheduling(t, { at: '2026-11-15T00:00:00Z' });
  await put('monthly', { cron: '0 0 1 * *' });
  clock.set('2026-12-01T00:00:01Z');
  await ticker.runOnce();
  const decided = ticks('monthly');
  t.equal(decided.length, 1);
  clock.set('2026-12-20T00:00:00Z');
  schedules.pruneTicks('2026-12-19T00:00:00Z', 100);
  await ticker.runOnce();
  t.strictSame(ticks('monthly'), decided);
});

t.test(
  'a schedule that was changed while the clock was ahead runs again once the clock is right',
  async (t) => {
    const { clock, ticker, put, ticks } = startScheduling(t, { at: '2027-06-01T00:00:00Z' });
    await put('hourly', { cron: '0 * * * *' });
    clock.set('2026-11-29T12:30:00Z');
    await ticker.runOnce();
    clock.set('2026-11-29T13:00:01Z');
    await ticker.runOnce();
    t.strictSame(ticks('hourly'), ['13:00 started #1']);
  },
);

t.test('a look at which nothing is due computes the next due time once', async (t) => {
  const rule = readCron('0 0 29 2 *', 'Europe/Berlin');
  const next = rule.next(new Date('2026-11-29T12:00:00Z'));
  t.equal(rule.next(new Date('2026-11-30T12:00:00Z')), next);
  t.not(rule.next(new Date('2026-11-28T12:00:00Z')), next);
  t.strictSame(await readOwed(rule, new Date('2026-11-29T12:00:00Z'), new Date('2026-11-30T12:00:00Z')), {
    times: [],
    earlier: null,
  });
});
