import t from 'tap';
import type { AppError } from '../../src/core/errors.ts';
import { readCron } from '../../src/schedule-store/cron.ts';
import { describeCron } from '../../src/schedule-store/describe-cron.ts';

const minuteMs = 60_000;

function dueOn(cron: string, zone: string, since: string, hours: number): string[] {
  const until = new Date(Date.parse(since) + hours * 60 * minuteMs);
  return readCron(cron, zone)
    .dueBetween(new Date(since), until, 2000)
    .map((time) => time.toISOString().slice(5, 16));
}

function problemsOf(cron: string, zone = 'UTC') {
  try {
    readCron(cron, zone);
    return [];
  } catch (error) {
    return (error as AppError).details?.problems as { field: string; message: string }[];
  }
}

t.test('a bad rule is refused with a sentence that names the part', async (t) => {
  const expected: [string, RegExp][] = [
    ['0 26 * * *', /^Hour is 26; it goes from 0 to 23\.$/],
    ['60 * * * *', /^Minute is 60; it goes from 0 to 59\.$/],
    ['0 0 0 * *', /^Day of month is 0; it goes from 1 to 31\.$/],
    ['0 0 * 13 *', /^Month is 13; it goes from 1 to 12\.$/],
    ['0 0 * * 8', /^Weekday is 8; it goes from 0 to 7\.$/],
    ['0 22-2 * * *', /^Hour 22-2 goes backwards; write two ranges: 22-23,0-2\.$/],
    ['*/0 * * * *', /^Minute has the step 0; it goes from 1 to 59\.$/],
    ['*/60 * * * *', /^Minute has the step 60/],
    ['5/10 * * * *', /^Minute has the step 5\/10; write 5-59\/10 or \*\/10\.$/],
    ['x * * * *', /^Minute “X” cannot be read; use \*, numbers/],
    ['1,,2 * * * *', /^Minute has an empty place/],
    ['-1 * * * *', /^Minute “-1” cannot be read/],
    ['1-2-3 * * * *', /^Minute “1-2-3” cannot be read/],
    ['*/2/3 * * * *', /cannot be read/],
    ['0 0 ? * *', /^Day of month is “\?”; write \* for every value\.$/],
    ['0 0 1 * +1', /^Weekday “\+1” cannot be read/],
    ['0 0 * FOO *', /^Month “FOO” cannot be read; .* names such as FEB/],
    ['* * * *', /^A rule has five fields: .* This one has 4\.$/],
    ['* * * * * *', /This one has 6\.$/],
    ['2026-01-01T00:00:00Z', /This one has 1\.$/],
    ['', /This one has 0\.$/],
    ['@reboot', /^“@reboot” is not known; use @monthly, .*, or five fields\.$/],
    ['0 3 1W,15W * *', /^Day of month has 1W in the list 1W,15W; write it alone\.$/],
    ['0 3 2,LW * *', /^Day of month has LW in the list/],
    ['0 *,9 * * *', /^Hour has \* in the list/],
    ['0 3 * * 1,*', /^Weekday has \* in the list/],
    ['0 0 31 2 *', /^No day of the calendar fits this rule, so it never runs\.$/],
    ['0 0 30 2,2-2 *', /never runs/],
  ];
  for (const [cron, message] of expected) {
    const problems = problemsOf(cron);
    t.equal(problems.length, 1, cron);
    t.match(problems[0], { field: 'cron', message }, cron);
  }
  t.match(
    problemsOf('61 24 * * *', 'Mars/Phobos').map(({ field }) => field),
    ['cron', 'cron', 'zone'],
    'all problems at once',
  );
  for (const zone of ['Mars/Phobos', '+02:00', ''])
    t.match(problemsOf('0 0 * * *', zone), [{ field: 'zone', message: /is not a known time zone/ }], zone);
});

t.test('every rule that is taken has words without a sign of the rule', async (t) => {
  const forms = [
    ['*', '5,10', '*/7', '1-5,*/20', '0-30/10,45'],
    ['*', '3,15', '8-18,*/5'],
    ['*', '1', '1,15', '1-7', '*/10', '1,*/9', 'L', 'LW', '15W', '1W,15W', '1,L', '1,2W', 'L,15W'],
    ['*', 'FEB,8'],
    ['*', '7', 'MON-FRI', '1,FRI', '*/3', '1#2', 'FRI#5,2', '5L', 'SUNL,1', '2,*'],
  ];
  let rules = [''];
  for (const field of forms) rules = rules.flatMap((rule) => field.map((part) => `${rule} ${part}`));
  const faults: string[] = [];
  let taken = 0;
  for (const rule of rules) {
    const isTaken = problemsOf(rule).length === 0;
    if (isTaken) taken += 1;
    if (isTaken && /[*#]|NaN|undefined|\b[LW]\b|\d[LW]/.test(describeCron(rule))) faults.push(rule);
  }
  t.same(faults, []);
  t.ok(taken > 1000, `${taken} rules`);
});

t.test('each form of a field that is documented is taken', async (t) => {
  const taken = [
    '*/15 8-18 1,15 */2 1-5',
    '0 0 29 2 *',
    '0 0 L * *',
    '0 0 LW * *',
    '0 0 15W * *',
    '0 0 * * 5#2',
    '0 0 * * friL',
    '0 0 * jan-Mar mon,TUE',
    '  0   0 * * 7 ',
    '@daily',
    '@Hourly',
  ];
  for (const cron of taken) t.same(problemsOf(cron), [], cron);
  t.same(dueOn('@daily', 'UTC', '2026-11-29T12:00:00Z', 48), ['11-30T00:00', '12-01T00:00']);
});

t.test('a rule with a day of the month and a weekday is due on either', async (t) => {
  t.same(dueOn('0 2 1 12 2', 'UTC', '2026-11-30T00:00:00Z', 24 * 9), ['12-01T02:00', '12-08T02:00']);
  t.same(dueOn('0 2 3 * 2', 'UTC', '2026-11-30T00:00:00Z', 24 * 4), ['12-01T02:00', '12-03T02:00']);
});

t.test('a rule is put into words', async (t) => {
  const words: [string, string][] = [
    ['0 2 * * *', 'Every day at 02:00'],
    ['5 2,14 * * *', 'Every day at 02:05 and 14:05'],
    ['30 4 * * 0', 'Every Sunday at 04:30'],
    ['30 4 * * 7', 'Every Sunday at 04:30'],
    ['30 3 * * 4,MON', 'Every Monday and Thursday at 03:30'],
    ['0 9 * * sun,sat', 'Every Saturday and Sunday at 09:00'],
    ['@daily', 'Every day at 00:00'],
    ['@weekly', 'Every Sunday at 00:00'],
    ['15 * * * *', 'Every hour at :15'],
    ['15 */4 * * *', 'Every 4 hours at :15'],
    ['40 */6 * * *', 'Every 6 hours at :40'],
    ['*/15 * * * *', 'Every 15 minutes'],
    ['0 * * * *', 'Every hour'],
    ['0 */4 * * *', 'Every 4 hours at :00'],
    ['15 */5 * * *', 'At 15 minutes past the hour, every 5 hours'],
    ['0 9 * * 1-5', 'At 09:00, Monday through Friday'],
    ['0 9 * * 5#2', 'At 09:00, on the second Friday of the month'],
    ['0 2 1 * *', 'At 02:00, on day 1 of the month'],
    ['0 2 * 6 *', 'At 02:00, only in June'],
    ['15 */4 * * 1', 'At 15 minutes past the hour, every 4 hours, only on Monday'],
    ['0 2 1 * 1', 'At 02:00, on day 1 of the month or on Monday'],
    ['0 2 L * fri#2', 'At 02:00, on the last day of the month or on the second Friday of the month'],
    ['0 2 1-7 1 1-5', 'At 02:00, between day 1 and 7 of the month or Monday through Friday, in January'],
  ];
  for (const [cron, sentence] of words) t.equal(describeCron(cron), sentence, cron);
});

t.test('in Berlin a time in the gap is due at its end, and one that comes twice once', async (t) => {
  const [spring, autumn] = ['2027-03-27T22:59:00Z', '2026-10-24T21:59:00Z'];
  const zone = 'Europe/Berlin';
  const onBoth = (cron: string) => [dueOn(cron, zone, spring, 23), dueOn(cron, zone, autumn, 25)];
  t.same(onBoth('30 2 * * *'), [['03-28T01:00'], ['10-25T00:30']]);
  t.same(onBoth('0 3 * * *'), [['03-28T01:00'], ['10-25T02:00']]);
  t.same(onBoth('30 2,4 * * *'), [
    ['03-28T01:00', '03-28T02:30'],
    ['10-25T00:30', '10-25T03:30'],
  ]);
  t.same(onBoth('*/30 2 * * *'), [['03-28T01:00'], ['10-25T00:00', '10-25T00:30']], 'a step is no exception');
  t.same(onBoth('30 2-10/4 * * *'), [
    ['03-28T01:00', '03-28T04:30', '03-28T08:30'],
    ['10-25T00:30', '10-25T05:30', '10-25T09:30'],
  ]);
  t.same(onBoth('0 0 * * *'), [['03-27T23:00'], ['10-24T22:00']]);
  t.equal(dueOn('* 2 * * *', zone, autumn, 25).length, 60);
});

t.test('in Lord Howe the half hour goes the same way', async (t) => {
  const zone = 'Australia/Lord_Howe';
  const [spring, autumn] = ['2026-10-03T13:29:00Z', '2027-04-03T12:59:00Z'];
  const onBoth = (cron: string) => [dueOn(cron, zone, spring, 23), dueOn(cron, zone, autumn, 24)];
  t.same(onBoth('15 2 * * *'), [['10-03T15:30'], ['04-03T15:45']]);
  t.same(onBoth('0 2 * * *'), [['10-03T15:30'], ['04-03T15:30']]);
  t.same(onBoth('45 1 * * *'), [['10-03T15:15'], ['04-03T14:45']]);
  t.same(
    onBoth('*/15 1 * * *').map((times) => times.length),
    [4, 4],
  );
  t.same(
    onBoth('0 12 * * *').map((times) => times.length),
    [1, 1],
    'no day is skipped',
  );
});

t.test('a rule of every hour goes by real time', async (t) => {
  const days: [string, string, number][] = [
    ['Europe/Berlin', '2027-03-27T22:59:00Z', 23],
    ['Europe/Berlin', '2026-10-24T21:59:00Z', 25],
    ['Australia/Lord_Howe', '2026-10-03T13:29:00Z', 23.5],
    ['Australia/Lord_Howe', '2027-04-03T12:59:00Z', 24.5],
  ];
  for (const [zone, since, hours] of days) {
    t.equal(dueOn('* * * * *', zone, since, hours).length, hours * 60, `${zone}: each minute once`);
    t.same(dueOn('0 0-23 * * *', zone, since, hours), dueOn('0 * * * *', zone, since, hours));
  }
  t.equal(dueOn('30 * * * *', 'Europe/Berlin', '2027-03-27T22:59:00Z', 23).length, 23);
  t.equal(dueOn('30 * * * *', 'Europe/Berlin', '2026-10-24T21:59:00Z', 25).length, 25);
});

t.test('due times do not depend on the time from which they are looked for', async (t) => {
  const days: [string, string][] = [
    ['Europe/Berlin', '2027-03-27T20:00:00Z'],
    ['Europe/Berlin', '2026-10-24T20:00:00Z'],
    ['Australia/Lord_Howe', '2026-10-03T10:00:00Z'],
    ['Australia/Lord_Howe', '2027-04-03T10:00:00Z'],
  ];
  for (const [zone, since] of days)
    for (const cron of ['30 2 * * *', '*/20 1-3 * * *', '0 * * * *', '*/15 * * * *', '15,45 1,2 * * *']) {
      const rule = readCron(cron, zone);
      const start = Date.parse(since);
      const all = rule.dueBetween(new Date(start), new Date(start + 15 * 60 * minuteMs), 2000).map(Number);
      for (let at = start; at < start + 12 * 60 * minuteMs; at += 3 * minuteMs) {
        const next = all.find((time) => time > at);
        if (next === undefined) break;
        if (Number(rule.next(new Date(at))) !== next)
          t.fail(`${zone} ${cron} after ${new Date(at).toISOString()}`);
      }
    }
});

t.test('the newest due times of a long time are read without all the others', async (t) => {
  const rule = readCron('* * * * *', 'Europe/Berlin');
  const until = new Date('2026-11-29T15:00:00Z');
  const due = rule.dueBetween(new Date('2016-01-01T00:00:00Z'), until, 3).map((time) => time.toISOString());
  t.same(due, ['2026-11-29T14:58:00.000Z', '2026-11-29T14:59:00.000Z', '2026-11-29T15:00:00.000Z']);
  t.same(rule.dueBetween(until, until, 3), []);
});

t.test('any number of due times is read, and no more than wanted', async (t) => {
  const rule = readCron('* * * * *', 'UTC');
  const until = new Date('2026-11-29T15:00:00Z');
  for (const minutes of [0, 1, 2, 7, 8, 9, 63, 64, 65, 100, 101, 600])
    for (const max of [1, 8, 100]) {
      const due = rule.dueBetween(new Date(until.getTime() - minutes * minuteMs), until, max);
      const first = until.getTime() - (Math.min(minutes, max) - 1) * minuteMs;
      const all = Array.from({ length: Math.min(minutes, max) }, (_, at) => first + at * minuteMs);
      t.same(due.map(Number), all, `${minutes} minutes, ${max} at most`);
    }
});

t.test('the period of a rule is the least distance of its due times', async (t) => {
  const periods: [string, number][] = [
    ['* * * * *', 60],
    ['*/15 8-18 * * *', 900],
    ['0 2 * * *', 86_400],
    ['0 2 * * 1', 604_800],
  ];
  for (const [cron, sec] of periods) t.equal(readCron(cron, 'Europe/Berlin').minIntervalSec(), sec, cron);
});
