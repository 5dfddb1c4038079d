// Reads the times of a sheet: ISO 8601 with a date of the calendar, stored as it is written. Anything else is never guessed,
// since 3/4/2024 is a day in March or in April.
import { shapes } from '../library/rules.ts';
import { isUnseen } from './hidden.ts';
import { type Problem, quote, rowProblem } from './problems.ts';
import type { SheetRow } from './sheet-rows.ts';
import type { Tab } from './tabs.ts';

/** Times that the library requires: a new row without one gets the time of the import. */
export const requiredTimes: readonly string[] = ['created_at', 'updated_at'];

/** Databases write the zone as `+00`, ` +0000` or ` UTC`. */
const iso8601 =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?(?: ?(?:Z|UTC|[+-](\d\d)(?::?(\d\d))?))?)?$/i;

/** What nearly all cells have, found faster. */
const usual = /^(?!0000)\d{4}-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?Z$/;

/** Null for a cell that shows nothing; `unreadable` for one that is no time. */
export function readTime(cell: string): string | null | typeof unreadable {
  if (cell === '' || usual.test(cell)) return cell || null;
  const text = cell.trim();
  if (isUnseen(text)) return null;
  const [, year = 0, month = 0, day = 0, ...clock] = iso8601.exec(text)?.map(Number) ?? [];
  const [hour = 0, minute = 0, second = 0, zoneHour = 0, zoneMinute = 0] = clock.map((part) => part || 0);
  const isOnClock = hour < 24 && minute < 60 && second < 60 && zoneHour < 15 && zoneMinute < 60;
  return isOnClock && isDate(year, month, day) ? text : unreadable;
}

export const unreadable = Symbol('unreadable');

function isDate(year: number, month: number, day: number): boolean {
  const daysInMonth = new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
  return year > 0 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth;
}

const dayMs = 86_400_000;
const serial = /^\d{5}([.,]\d+)?$/;
/** Day 0 of a workbook; Excel's day 60, which did not exist, is long past. */
const dayZero = Date.UTC(1899, 11, 30);
/** 1954 to 2173: numbers of other kinds are rarely in between. */
const [firstDay, lastDay] = [20_000, 100_000];

/** Warns of each time of the row that cannot be read. `isNew`: the library does not have the row yet. */
export function warnOfTimes(tab: Tab, { row, times }: SheetRow, isNew: boolean): Problem[] {
  return times.flatMap((cell, index) => {
    if (readTime(cell) !== unreadable) return [];
    const column = shapes[tab.kind].times[index] ?? '';
    const message = `The cell is ${quote(cell)}; ${describeUnreadable(cell)} ${describeTimeInstead(tab, column, isNew)}`;
    return [rowProblem(tab.name, row, column, cell, message)];
  });
}

function describeTimeInstead({ kind }: Tab, column: string, isNew: boolean): string {
  const noun = kind === 'category' ? 'category' : 'entry';
  if (!isNew) return `The ${noun} keeps the time that the library has.`;
  return requiredTimes.includes(column) ? `The new ${noun} gets the time of this import.` : 'It stays empty.';
}

/** Explains a cell that is no time. */
export function describeUnreadable(cell: string): string {
  const expected = 'a time such as 2026-11-01T08:00:00Z is expected';
  const days = Number(cell.trim().replace(',', '.'));
  if (!serial.test(cell.trim()) || days < firstDay || days >= lastDay) return `${expected}.`;
  const at = new Date(dayZero + Math.round((days * dayMs) / 1000) * 1000).toISOString().slice(0, 19);
  return `${expected}. As Excel's number of a day, it would be ${at}.`;
}
