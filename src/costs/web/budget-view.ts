// The budgets of this day and this month as bars.
import type { BudgetUse } from '../../cost-store/budget.ts';
import type { CostBook, Spent } from '../../cost-store/cost-book.ts';
import { formatAmount } from '../../cost-store/format-amount.ts';
import { describeLeftOut, describeShare, monthName } from '../describe-costs.ts';
import { warnShare } from '../hub-row.ts';
import { shortDay } from './cost-words.ts';

export function viewBudgets({ costBook, now }: { costBook: CostBook; now: () => Date }) {
  const view = (name: string, title: string, use: Spent) => {
    const { note, ...shown } = viewBudget(title, use, costBook.currency(), name === 'day');
    return { name, title, ...shown, note: [note, describeLeftOut(use.left_out)].filter(Boolean).join(' ') };
  };
  return [
    view('day', 'Today', costBook.spent('day')),
    view('month', monthName(now()), costBook.spent('month')),
  ];
}

function viewBudget(title: string, use: BudgetUse, currency: string, isToday: boolean) {
  const { amount, budget, share, pace_day } = use;
  const used = formatAmount(amount, currency);
  if (budget === null) return { text: used, bar: null, note: 'No budget is set.' };
  const text = `${used} of ${formatAmount(budget, currency)}`;
  if (share === null) return { text, bar: null, note: 'Nothing has an amount.' };
  return {
    text: `${text}, ${describeShare(share)}`,
    bar: { width: Math.min(100, share * 100).toFixed(1), tone: toneOf(share), label: `${title}: ${text}` },
    note: noteOf(share, pace_day, isToday),
  };
}

const toneOf = (share: number) => (share >= 1 ? 'bad' : share >= warnShare ? 'warn' : 'ok');

function noteOf(share: number, paceDay: string | null, isToday: boolean): string {
  if (share >= 1) return 'Used up.';
  if (paceDay === null) return 'Enough at this pace.';
  return `Used up ${isToday ? 'today' : `on ${shortDay(paceDay)}`} at this pace.`;
}
