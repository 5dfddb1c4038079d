// A cost that a person enters: an amount for an item of usage, or a line of its own. Pure.
import type { ArgumentProblem } from '../core/arguments.ts';
import { formatDay } from '../core/format.ts';
import { isPriced, pricedItems } from '../cost-store/amounts.ts';
import { dayBefore, isDay, keptDays } from '../cost-store/days.ts';

export type EnteredCost = { day: string; item: string; amount: number; note: string };

/** As a request gives it, with fields that may be missing or wrong. */
export type GivenCost = { day: string; item: string; amount?: unknown; note?: unknown };

const maxAmount = 1e9;
const maxNoteLength = 200;
const otherItem = /^other:[a-z0-9][a-z0-9-]{0,39}$/;

/** All faults; none for a cost that can be stored. */
export function findFaults({ day, item, amount, note }: GivenCost, today: string): ArgumentProblem[] {
  const faults: [string, string | null][] = [
    ['day', findDayFault(day, today)],
    ['item', isItem(item) ? null : `Item: ${pricedItems.join(', ')}, or other:name, such as other:hosting.`],
    ['amount', isAmount(amount) ? null : 'Amount: a number from 0, such as 4.20.'],
    ['note', isNote(note) ? null : `Note: 1 to ${maxNoteLength} characters, such as the number of a bill.`],
  ];
  return faults.flatMap(([field, message]) => (message === null ? [] : [{ field, message }]));
}

export const isItem = (item: string): boolean => isPriced(item) || otherItem.test(item);

function findDayFault(day: string, today: string): string | null {
  const first = dayBefore(today, keptDays);
  if (isDay(day) && day >= first && day <= today) return null;
  return `Day: from ${formatDay(first)} to today, such as ${today}.`;
}

function isAmount(amount: unknown): boolean {
  return typeof amount === 'number' && Number.isFinite(amount) && amount >= 0 && amount <= maxAmount;
}

function isNote(note: unknown): boolean {
  return typeof note === 'string' && note.trim() !== '' && note.trim().length <= maxNoteLength;
}
