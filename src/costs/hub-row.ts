import type { HubRow, OutlookFact } from '../core/hub-row.ts';
import { formatAmount } from '../cost-store/format-amount.ts';
import { describeMonth } from './describe-costs.ts';
import type { CostContext } from './parts.ts';

type Context = Pick<CostContext, 'costBook' | 'now'>;

const common = {
  icon: 'coin',
  href: '/costs',
  position: 50,
  dirtyOn: ['costs', 'settings'],
} satisfies Partial<HubRow>;

export const costsRow = ({ costBook, now }: Context): HubRow => ({
  ...common,
  hub: 'storage',
  name: 'Costs',
  load() {
    const sentence = describeMonth({ costBook, now });
    const shares = [costBook.day().share, costBook.month().share];
    const worst = Math.max(...shares.map((share) => share ?? 0));
    if (worst >= 1) return { sentence, badge: { tone: 'bad', label: 'Budget used up' } };
    return worst >= warnShare
      ? { sentence, badge: { tone: 'warn', label: 'Budget nearly used up' } }
      : { sentence };
  },
});

/** The same limits as in the check of budgets. */
export const warnShare = 0.8;

/** Absent without an amount. */
export const costsFact = ({ costBook }: Pick<CostContext, 'costBook'>): OutlookFact => ({
  ...common,
  load() {
    const { amount, share } = costBook.month();
    if (amount === null) return null;
    const words = [`${formatAmount(amount, costBook.currency())} this month`];
    return (share ?? 0) >= 1 ? { words, isWarning: true } : { words };
  },
});
