import t from 'tap';
import type { Mark } from '../../src/backup-store/backup-repository.ts';
import { calendarStart, describeCalendar, layOutCalendar } from '../../src/backups/calendar.ts';

const now = new Date(2026, 10, 28, 14, 8);
const at = (month: number, day: number, hour = 2) => new Date(2026, month - 1, day, hour).toISOString();
const mark = (at: string, proof: Mark['proof'] = 'none', kind: Mark['kind'] = 'full'): Mark => ({
  at,
  kind,
  proof,
});
const stateOn = (marks: Mark[], day: string) =>
  layOutCalendar(marks, now).days.find((one) => one.day === day)?.state;

t.test('the calendar has the last 90 days, in columns that begin with Monday', async (t) => {
  const { days, counts, months } = layOutCalendar([], now);
  t.equal(days.length, 90);
  t.match(days[0], { day: '2026-08-31', column: 0, row: 0, isToday: false });
  t.match(days.at(-1), { day: '2026-11-28', column: 12, row: 5, isToday: true });
  t.strictSame(counts, { proven: 0, made: 0, failed: 0, none: 90 });
  t.strictSame(months, [
    { column: 0, month: 9 },
    { column: 4, month: 10 },
    { column: 8, month: 11 },
  ]);
  t.equal(calendarStart(now).getTime(), new Date(2026, 7, 31).getTime());
});

t.test('a day has the best outcome of its backups, and copies before imports do not count', async (t) => {
  t.equal(stateOn([mark(at(11, 22))], '2026-11-22'), 'made');
  t.equal(stateOn([mark(at(11, 22), 'inconclusive')], '2026-11-22'), 'made');
  t.equal(stateOn([mark(at(11, 22), 'failed'), mark(at(11, 22, 9))], '2026-11-22'), 'failed');
  t.equal(stateOn([mark(at(11, 22), 'failed'), mark(at(11, 22, 9), 'proven')], '2026-11-22'), 'proven');
  t.equal(stateOn([mark(at(11, 22), 'proven', 'before_import')], '2026-11-22'), 'none');
  t.equal(stateOn([mark(at(11, 22, 0))], '2026-11-22'), 'made', 'midnight is of the day that begins');
});

t.test('a day with a proven backup says that another one failed', async (t) => {
  const { days } = layOutCalendar([mark(at(11, 22), 'proven'), mark(at(11, 22, 9), 'failed')], now);
  t.match(
    days.filter(({ hasFailed }) => hasFailed),
    [{ day: '2026-11-22', state: 'proven' }],
  );
});

t.test('the sentence has the counts, and names the days that are few', async (t) => {
  const calendar = layOutCalendar([mark(at(11, 8), 'failed'), mark(at(11, 22), 'proven')], now);
  t.equal(
    describeCalendar(calendar, (day) => day.slice(5)),
    'Backups on the last 90 days: made on 2, of which 1 proven and 1 failed (11-08); none on 88.',
  );
});
