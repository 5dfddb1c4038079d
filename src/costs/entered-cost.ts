// A cost that a person enters: an amount for an item of usage, or a line of its own. Pure.
import type { ArgumentProblem } from '../core/arguments.ts';
import { findReasonControl } from '../core/confirmation.ts';
import type { Edit } from '../core/edit-conflict.ts';
import { formatDay } from '../core/format.ts';
import { isPriced, pricedItems } from '../cost-store/amounts.ts';
import type { CostRow } from '../cost-store/cost-repository.ts';
import { firstKeptDay, isDay } from '../cost-store/days.ts';

export type EnteredCost = { day: string; item: string; amount: number; note: string };

/** A cost as a request gives it, with fields that may be missing or wrong. */
export type GivenCost = { day: string; item: string; amount?: unknown; note?: unknown };

const maxAmount = 1e9;
/** The last digit that is shown. */
const minAmount = 0.0001;
const maxNoteLength = 200;
const otherItem = /^other:[a-z0-9][a-z0-9-]{0,39}$/;

/** The values that an editor showed, as texts. */
export type ShownCost = { amount?: string | undefined; note?: string | undefined };

/** All faults; none for a cost that can be stored. */
export function findFaults({ day, item, amount, note }: GivenCost, today: string): ArgumentProblem[] {
  const faults: [string, string | null][] = [
    ['day', findDayFault(day, today)],
    ['item', isItem(item) ? null : `Item: ${pricedItems.join(', ')}, or other:name, such as other:hosting.`],
    ['amount', isAmount(amount) ? null : 'Amount: 0, or a number from 0.0001, such as 4.20.'],
    ['note', findNoteFault(note)],
  ];
  return faults.flatMap(([field, message]) => (message === null ? [] : [{ field, message }]));
}

export const isItem = (item: string): boolean => isPriced(item) || otherItem.test(item);

function findDayFault(day: string, today: string): string | null {
  const first = firstKeptDay(today);
  if (isDay(day) && day >= first && day <= today) return null;
  return `Day: from ${formatDay(first)} to today, such as ${today}.`;
}

function isAmount(amount: unknown): boolean {
  return amount === 0 || (typeof amount === 'number' && amount >= minAmount && amount <= maxAmount);
}

/** A note is one line. */
function findNoteFault(note: unknown): string | null {
  if (typeof note !== 'string' || note.trim() === '' || note.trim().length > maxNoteLength)
    return `Note: 1 to ${maxNoteLength} characters, such as the number of a bill.`;
  const isStrange = !note.isWellFormed() || findReasonControl(note) !== null;
  return isStrange ? 'Note: one line, without control characters.' : null;
}

/** The texts of an editor; empty ones for a line that is not there. */
export const textsOf = (cost: Pick<CostRow, 'amount' | 'note'> | null) => ({
  amount: String(cost?.amount ?? ''),
  note: cost?.note ?? '',
});

/** Compares nothing for a sender that does not say which values it showed. */
export function editsOf(given: CostRow, stored: CostRow | null, shown: ShownCost = {}): Edit[] {
  const [before, after] = [textsOf(stored), textsOf(given)];
  return (['amount', 'note'] as const).map((field) => ({
    field,
    title: field === 'amount' ? 'Amount' : 'Note',
    shown: shown[field],
    stored: before[field],
    given: after[field],
    change: stored,
    describe: (text) => (text === '' ? 'none' : text),
  }));
}
