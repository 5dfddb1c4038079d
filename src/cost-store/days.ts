// Days of this machine's calendar, as usage and costs are stored by: `2026-11-30`. A day is not always 24 hours.
import { localDay } from '../core/format.ts';

/** How many days usage is kept, today included; costs can be entered for as many. */
export const keptDays = 400;

/** The first day of which usage is kept and costs can be entered. */
export const firstKeptDay = (today: string): string => dayBefore(today, keptDays - 1);

/** The day so many days before another, or after it for a negative number. */
export function dayBefore(day: string, days: number): string {
  const [year, month, date] = partsOf(day);
  // At noon no change of the clock reaches another day.
  return localDay(new Date(year, month - 1, date - days, 12));
}

/** Its first moment. */
export function startOf(day: string): Date {
  const [year, month, date] = partsOf(day);
  return new Date(year, month - 1, date);
}

/** The first day of the month of a day, and of the month after. */
export function monthOf(day: string): { from: string; to: string } {
  const [year, month] = partsOf(day);
  return { from: localDay(new Date(year, month - 1, 1, 12)), to: localDay(new Date(year, month, 1, 12)) };
}

/** Whether it is a day of the calendar: not `2026-02-30`. */
export function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && dayBefore(text, 0) === text;
}

function partsOf(day: string): [number, number, number] {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return [year, month, date];
}
