// A cron rule in words. Simple rules have the words that people use, all others those of cronstrue.
import cronstrue from 'cronstrue';
import { invalidArguments } from '../core/arguments.ts';
import { formatList } from '../core/format.ts';
import { keepResults } from './keep-results.ts';
import { cronWords } from './time-caches.ts';
import { type CronFields, readCronFields } from './cron-fields.ts';

const hoursOfDay = 24;
/** More hours are not named one by one. */
const maxHours = 4;
const everyDay = '*';
const weekdays = [
  { name: 'Monday', written: ['1', 'MON'] },
  { name: 'Tuesday', written: ['2', 'TUE'] },
  { name: 'Wednesday', written: ['3', 'WED'] },
  { name: 'Thursday', written: ['4', 'THU'] },
  { name: 'Friday', written: ['5', 'FRI'] },
  { name: 'Saturday', written: ['6', 'SAT'] },
  { name: 'Sunday', written: ['0', '7', 'SUN'] },
];

/** A sentence without a full stop: `Every Monday at 02:00`. The rule is one that `readCron` takes. */
export const describeCron = keepResults(cronWords, (cron) => {
  const read = readCronFields(cron);
  if ('problems' in read)
    throw invalidArguments(read.problems.map((message) => ({ field: 'cron', message })));
  const [minute, hour, day = '*', month = '*', weekday = '*'] = read.parts;
  if (day === '*' || weekday === '*') return describeSimple(read) ?? inWords(read.parts);
  const every = inWords(['*', '*', '*', '*', '*']);
  const only = (...parts: string[]) =>
    inWords(['*', '*', ...parts])
      .slice(every.length)
      .replace(/^, (only )?/, '');
  const inMonths = month === '*' ? '' : `, ${only('*', month, '*')}`;
  const days = `${only(day, '*', '*')} or ${only('*', '*', weekday)}`;
  return `${inWords([minute as string, hour as string, '*', '*', '*'])}, ${days}${inMonths}`;
});

/** `Every day at 02:00`, `Every Monday and Thursday at 03:30`, `Every 4 hours at :15`; null for any other rule. */
function describeSimple({ parts, minutes, hours }: CronFields): string | null {
  const [, hour = '', day, month, weekday = ''] = parts;
  const [minute, ...more] = minutes;
  if (day !== '*' || month !== '*' || minute === undefined || more.length > 0) return null;
  const days = weekday === everyDay ? 'day' : describeWeekdays(weekday);
  if (days === null) return null;
  if (/^\d+(,\d+)*$/.test(hour) && hours.length <= maxHours)
    return `Every ${days} at ${formatList(hours.map((one) => `${twoDigits(one)}:${twoDigits(minute)}`))}`;
  const step = hour === '*' ? 1 : Number(/^\*\/(\d+)$/.exec(hour)?.[1]);
  // A step that does not divide the day is shorter over midnight.
  if (weekday !== everyDay || hoursOfDay % step !== 0 || step + minute === 1) return null;
  return `Every ${step === 1 ? 'hour' : `${step} hours`} at :${twoDigits(minute)}`;
}

/** `Monday and Thursday`; null for a field with more than single days. */
function describeWeekdays(field: string): string | null {
  const items = field.split(',');
  const named = weekdays.filter(({ written }) => items.some((item) => written.includes(item)));
  const isPlain = items.every((item) => weekdays.some(({ written }) => written.includes(item)));
  return isPlain && named.length < weekdays.length ? formatList(named.map(({ name }) => name)) : null;
}

function inWords(parts: string[]): string {
  return cronstrue.toString(parts.join(' '), { use24HourTimeFormat: true });
}

const twoDigits = (value: number): string => String(value).padStart(2, '0');
