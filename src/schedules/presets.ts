// The simple rules of the form. Each is a cron rule with few fields; any other rule is the form's own rule.
import type { ArgumentProblem } from '../core/arguments.ts';

export const presets = ['hourly', 'daily', 'weekly', 'monthly', 'own'] as const;
export type Preset = (typeof presets)[number];

export const presetTitles: Record<Preset, string> = {
  hourly: 'Every hour',
  daily: 'Every day',
  weekly: 'Every week',
  monthly: 'Every month',
  own: 'Own rule',
};

export const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** The texts of the form's fields. */
export type RuleFields = {
  preset: Preset;
  /** Minute of the hour. */
  minute: string;
  /** `02:00` */
  at: string;
  /** 0 to 6; 0 is Sunday. */
  weekday: string;
  /** Day of the month. */
  day: string;
  cron: string;
};

export const firstRule: RuleFields = {
  preset: 'daily',
  minute: '0',
  at: '02:00',
  weekday: '1',
  day: '1',
  cron: '0 2 * * *',
};

/** The fields that show a rule. */
export function fieldsOf(cron: string): RuleFields {
  const [minute = '', hour = '', day = '', month = '', weekday = '', ...rest] = cron.trim().split(/\s+/);
  const own: RuleFields = { ...firstRule, preset: 'own', cron };
  if (rest.length > 0 || !isWithin(minute, 0, 59) || month !== '*') return own;
  const isEvery = (...parts: string[]) => parts.every((part) => part === '*');
  if (isEvery(hour, day, weekday)) return { ...own, preset: 'hourly', minute };
  if (!isWithin(hour, 0, 23)) return own;
  const timed = { ...own, at: `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}` };
  if (isEvery(day, weekday)) return { ...timed, preset: 'daily' };
  if (isEvery(day) && isWithin(weekday, 0, 6)) return { ...timed, preset: 'weekly', weekday };
  if (isEvery(weekday) && isWithin(day, 1, 31)) return { ...timed, preset: 'monthly', day };
  return own;
}

/** The rule that the fields say, or what is wrong with each of them. */
export function readRule(fields: RuleFields): { cron: string } | { problems: ArgumentProblem[] } {
  const { preset, cron, weekday } = fields;
  if (preset === 'own') return { cron: cron.trim() };
  if (preset === 'hourly') {
    const problems = isWithin(fields.minute.trim(), 0, 59) ? [] : [wrongMinute];
    return problems.length > 0 ? { problems } : { cron: `${Number(fields.minute)} * * * *` };
  }
  const [, hour = '', minute = ''] = /^(\d{1,2}):(\d{2})$/.exec(fields.at.trim()) ?? [];
  const day = fields.day.trim();
  const problems = [
    ...(isWithin(hour, 0, 23) && isWithin(minute, 0, 59) ? [] : [wrongTime]),
    ...(preset === 'weekly' && !isWithin(weekday, 0, 6) ? [wrongWeekday] : []),
    ...(preset === 'monthly' && !isWithin(day, 1, 31) ? [wrongDay] : []),
  ];
  if (problems.length > 0) return { problems };
  const time = `${Number(minute)} ${Number(hour)}`;
  if (preset === 'weekly') return { cron: `${time} * * ${weekday}` };
  return { cron: preset === 'monthly' ? `${time} ${Number(day)} * *` : `${time} * * *` };
}

const wrongMinute = { field: 'minute', message: 'Write the minute as a number from 0 to 59.' };
const wrongTime = { field: 'at', message: 'Write the time as 02:00, from 00:00 to 23:59.' };
const wrongWeekday = { field: 'weekday', message: 'Choose a day of the week.' };
const wrongDay = { field: 'day', message: 'Write the day as a number from 1 to 31.' };

function isWithin(text: string, min: number, max: number): boolean {
  return /^\d{1,2}$/.test(text) && Number(text) >= min && Number(text) <= max;
}
