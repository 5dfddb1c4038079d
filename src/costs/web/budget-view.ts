// The budgets of this day and this month as bars.
import type { BudgetUse } from '../../cost-store/budget.ts';
import type { CostBook } from '../../cost-store/cost-book.ts';
import { formatAmount } from '../../cost-store/format-amount.ts';
import { formatShare, monthName } from '../describe-costs.ts';
import { warnShare } from '../hub-row.ts';
import { shortDay } from './cost-words.ts';

export function viewBudgets({ costBook, now }: { costBook: CostBook; now: () => Date }) {
  const view = (name: string, title: string, use: BudgetUse) =>
    viewBudget(name, title, use, costBook.currency());
  return [view('day', 'Today', costBook.day()), view('month', monthName(now()), costBook.month())];
}

function viewBudget(
  name: string,
  title: string,
  { amount, budget, share, pace_day }: BudgetUse,
  currency: string,
) {
  const used = formatAmount(amount ?? 0, currency);
  if (budget === null) return { name, title, text: used, bar: null, note: 'No budget is set.' };
  const part = share ?? 0;
  const text = `${used} of ${formatAmount(budget, currency)}`;
  return {
    name,
    title,
    text: `${text}, ${formatShare(part)}`,
    bar: { width: Math.min(100, part * 100).toFixed(1), tone: toneOf(part), label: `${title}: ${text}` },
    note: noteOf(part, pace_day, name === 'day'),
  };
}

const toneOf = (share: number) => (share >= 1 ? 'bad' : share >= warnShare ? 'warn' : 'ok');

function noteOf(share: number, paceDay: string | null, isToday: boolean): string {
  if (share >= 1) return 'Used up.';
  if (paceDay === null) return 'Enough at this pace.';
  return `Used up ${isToday ? 'today' : `on ${shortDay(paceDay)}`} at this pace.`;
}
