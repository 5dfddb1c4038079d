// Words for budgets. Pure.
import { months } from '../core/format.ts';
import type { BudgetUse } from '../cost-store/budget.ts';
import { formatAmount } from '../cost-store/format-amount.ts';

export type Span = 'day' | 'month';

const monthNames =
  'January February March April May June July August September October November December'.split(' ');

/** `November`, `30 Nov`: the month or the day of a day such as `2026-11-30`. */
export function nameSpan(span: Span, today: string): string {
  const [, month = 1, date = 1] = today.split('-').map(Number);
  return span === 'month' ? `${monthNames[month - 1]}` : `${date} ${months[month - 1]}`;
}

/** `€40.12 of €40.00` */
export function describeUse({ amount, budget }: BudgetUse, currency: string): string {
  return `${formatAmount(amount ?? 0, currency)} of ${formatAmount(budget ?? 0, currency)}`;
}

/** `23rd`: the date of `2026-11-23`. */
export function ordinalDate(day: string): string {
  const date = Number(day.slice('YYYY-MM-'.length));
  const isTeen = date >= 11 && date <= 13;
  const ending = isTeen ? 'th' : (['th', 'st', 'nd', 'rd'][date % 10] ?? 'th');
  return `${date}${ending}`;
}
