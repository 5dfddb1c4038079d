// Checks that the costs of this day and month stay within their budgets.
import type { Check, CheckHead, Found } from '../core/check.ts';
import { localDay } from '../core/format.ts';
import type { CostBook, Spent } from '../cost-store/cost-book.ts';
import { formatAmount } from '../cost-store/format-amount.ts';
import { describeLeftOut } from './describe-costs.ts';
import { nameSpan, ordinalDate, type Span } from './budget-words.ts';

export const budgetHead = {
  id: 'budget',
  component: 'budget',
  title: 'Budgets',
} as const satisfies CheckHead;

const warnAt = 0.8;
/** A finding is stored and sent again when its text changes: the day is said anew when it has moved by more than this. */
const steadyDays = 1;
const dayMs = 86_400_000;

type Given = { costBook: Pick<CostBook, 'spent' | 'currency'>; now: () => Date };

export function budgetCheck({ costBook, now }: Given): Check {
  const saidDays = new Map<string, string>();

  return {
    ...budgetHead,
    everySec: 30,
    dirtyOn: ['costs', 'settings'],
    look() {
      const uses = (['day', 'month'] as const).map((span): [Span, Spent] => [span, costBook.spent(span)]);
      const set = uses.filter(([, { share }]) => share !== null);
      const found = set.flatMap(([span, use]) => findingOf(span, use) ?? []);
      if (set.length === 0) return { says: 'No budget is set, or nothing has a price.', found };
      const leftOut = [...new Set(set.map(([, use]) => describeLeftOut(use.left_out)))];
      const says = found.length === 0 ? 'Within budget.' : 'Used up, or nearly.';
      return { says: [says, ...leftOut].filter(Boolean).join(' '), found };
    },
  };

  function findingOf(span: Span, use: Spent): Found | null {
    const share = use.share ?? 0;
    if (share < warnAt) return null;
    const name = nameSpan(span, localDay(now()));
    const budget = formatAmount(use.budget ?? 0, costBook.currency());
    const isUsedUp = share >= 1;
    const steps = [describeLeftOut(use.left_out), 'Raise the budget, or embed less.']
      .filter(Boolean)
      .join(' ');
    const common = {
      subject: span,
      component: `budget:${span}`,
      stops: [],
      fix: { href: '/costs', label: 'See costs' },
    };
    if (isUsedUp)
      return {
        ...common,
        severity: 'error',
        title: `The budget of ${name} is used up`,
        text: `The costs of ${name} have reached the budget of ${budget}. ${steps}`,
      };
    return {
      ...common,
      severity: 'warning',
      title: `The budget of ${name} is nearly used up`,
      text: `At least 80% of ${budget} is used${describePace(span, name, use)}. ${steps}`,
    };
  }

  function describePace(span: Span, name: string, { pace_day: day }: Spent): string {
    if (day === null) return '';
    if (span === 'day') return '; the rest is used up today at this pace';
    const said = saidDays.get(name);
    const isSteady = said !== undefined && Math.abs(Date.parse(said) - Date.parse(day)) <= steadyDays * dayMs;
    const steady = isSteady ? said : day;
    saidDays.set(name, steady);
    return `; the budget is reached on the ${ordinalDate(steady)} at this pace`;
  }
}
