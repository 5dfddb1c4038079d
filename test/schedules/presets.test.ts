// The simple rules of the form, and the days when a clock changes in words.
import t from 'tap';
import { readCron } from '../../src/schedule-store/cron.ts';
import { describeClockChanges } from '../../src/schedules/clock-changes.ts';
import { fieldsOf, firstRule, readRule } from '../../src/schedules/presets.ts';

t.test('a simple rule is read into its fields and written back', async (t) => {
  const rules: [string, object][] = [
    ['15 * * * *', { preset: 'hourly', minute: '15' }],
    ['30 2 * * *', { preset: 'daily', at: '02:30' }],
    ['0 3 * * 0', { preset: 'weekly', at: '03:00', weekday: '0' }],
    ['5 4 31 * *', { preset: 'monthly', at: '04:05', day: '31' }],
    ['*/5 * * * *', { preset: 'own' }],
    ['0 2 1 * 1', { preset: 'own' }],
    ['0 2 * 3 *', { preset: 'own' }],
    ['0 2,14 * * *', { preset: 'own' }],
    ['0 3 * * 7', { preset: 'own' }],
  ];
  for (const [cron, fields] of rules) {
    t.match(fieldsOf(cron), fields, cron);
    t.same(readRule(fieldsOf(cron)), { cron });
  }
});

t.test('all problems of the fields are named at once', async (t) => {
  const wrong = { ...firstRule, at: '26:00', day: '32', minute: '60', weekday: '9' };
  const fields = (preset: 'hourly' | 'daily' | 'weekly' | 'monthly') => {
    const read = readRule({ ...wrong, preset });
    return 'problems' in read ? read.problems.map(({ field }) => field) : read.cron;
  };
  t.same(fields('hourly'), ['minute']);
  t.same(fields('daily'), ['at']);
  t.same(fields('weekly'), ['at', 'weekday']);
  t.same(fields('monthly'), ['at', 'day']);
});

t.test('the two days on which the clock changes are named, with what the rule does on them', async (t) => {
  const after = new Date('2026-11-28T13:08:00Z');
  const say = (cron: string, zone: string) =>
    describeClockChanges(readCron(cron, zone), zone, after).map(({ text }) => text);
  t.same(say('30 2 * * *', 'Europe/Berlin'), [
    'On Sun 28 Mar 2027 02:00 to 03:00 does not exist; it runs at 03:00.',
    'On Sun 31 Oct 2027 02:00 to 03:00 comes twice; it runs once.',
  ]);
  t.same(say('15 4 * * *', 'Europe/Berlin'), [
    'On Sun 28 Mar 2027 02:00 to 03:00 does not exist; no run falls into it.',
    'On Sun 31 Oct 2027 02:00 to 03:00 comes twice; no run falls into it.',
  ]);
  t.match(say('0 * * * *', 'Europe/Berlin')[1], /it runs both times/);
  t.same(say('15 2 * * *', 'Australia/Lord_Howe'), [
    'On Sun 4 Apr 2027 01:30 to 02:00 comes twice; no run falls into it.',
    'On Sun 3 Oct 2027 02:00 to 02:30 does not exist; it runs at 02:30.',
  ]);
  t.same(say('0 2 * * *', 'UTC'), []);
});
