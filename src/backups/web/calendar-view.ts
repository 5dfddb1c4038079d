// The calendar as squares of an SVG. Shape and text say what the colour says.
import type { BackupRepository } from '../../backup-store/backup-repository.ts';
import {
  calendarStart,
  type CalendarDay,
  type DayState,
  dayStates,
  describeCalendar,
  layOutCalendar,
} from '../calendar.ts';
import { dayOf } from '../../web/template-globals.ts';

const left = 34;
const top = 18;
const columnWidth = 22.5;
const rowHeight = 24;
const square = { width: 19, height: 20 };

const states: Record<DayState, { shape: string; word: string; legend: string }> = {
  proven: { shape: 'ok', word: 'proven by a restore', legend: 'Proven by a restore' },
  made: { shape: 'made', word: 'made, not tested', legend: 'Made' },
  failed: { shape: 'bad', word: 'made, its test failed', legend: 'Test failed' },
  none: { shape: 'none', word: 'no backup', legend: 'None' },
};

export function viewCalendar(backups: Pick<BackupRepository, 'marks'>, now: Date) {
  const calendar = layOutCalendar(backups.marks(calendarStart(now).toISOString()), now);
  const columns = (calendar.days.at(-1)?.column ?? 0) + 1;
  const [width, height] = [left + columns * columnWidth - (columnWidth - square.width), top + 7 * rowHeight];
  return {
    box: `0 0 ${width + 1} ${height}`,
    label: describeCalendar(calendar, wordDay),
    days: calendar.days.map(viewDay),
    months: calendar.months.map(({ column, month }) => ({
      x: left + column * columnWidth,
      word: dayOf(new Date(2026, month - 1, 1)).split(' ')[1],
    })),
    weekdays: [0, 2, 4, 6].map((row) => ({ y: top + row * rowHeight + 14, word: weekdays[row] })),
    legend: dayStates.map((state) => {
      const { shape, legend: word } = states[state];
      return { shape, word, days: calendar.counts[state] };
    }),
  };
}

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

function viewDay({ day, state, hasFailed, column, row, isToday }: CalendarDay) {
  const { shape, word } = states[state];
  const other = hasFailed && state !== 'failed' ? '; the test of another one failed' : '';
  const [x, y] = [left + column * columnWidth, top + row * rowHeight];
  return { shape, isToday, place: `translate(${x} ${y})`, text: `${wordDay(day)}: ${word}${other}` };
}

/** `8 Nov` */
function wordDay(day: string): string {
  return dayOf(new Date(`${day}T12:00:00`));
}
