// What this month has cost so far, in sentences.
import { formatAmount } from '../cost-store/format-amount.ts';
import { formatTokens } from '../cost-store/format-quantity.ts';
import type { CostBook } from '../cost-store/cost-book.ts';
import { usageItems } from '../cost-store/usage-item.ts';
import { localDay } from '../core/format.ts';

type Book = Pick<CostBook, 'days' | 'month' | 'currency' | 'prices'>;
type Given = { costBook: Book; now: () => Date };

const monthNames = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

export const monthName = (now: Date): string => monthNames[now.getMonth()] ?? '';

/** `Tokens embedded`; the name of a line by hand. */
export function titleOfItem(item: string): string {
  return usageItems.find(({ name }) => name === item)?.title ?? item.replace(/^other:/, '');
}

export const noPrices = 'No prices are set, so quantities are shown without amounts.';

/** `40.5%` */
export const formatShare = (share: number): string => `${(share * 100).toFixed(1)}%`;

export function hasPrices({ prices }: Pick<Book, 'prices'>): boolean {
  return Object.values(prices()).some((price) => price !== null);
}

/** `€0.81 in November so far, 40.5% of the budget.` */
export function describeMonth({ costBook, now }: Given): string {
  const { amount, share } = costBook.month();
  const month = monthName(now());
  if (amount === null) {
    const used = describeTokens(costBook, now(), month);
    return hasPrices(costBook) ? used : `${used} ${noPrices}`;
  }
  const budget = share === null ? '' : `, ${formatShare(share)} of the budget`;
  return `${formatAmount(amount, costBook.currency())} in ${month} so far${budget}.`;
}

function describeTokens({ days }: Book, now: Date, month: string): string {
  const first = localDay(now).slice(0, 'YYYY-MM'.length);
  const tokens = days(now.getDate())
    .filter(({ day, item }) => item === 'embedding_tokens' && day.startsWith(first))
    .reduce((sum, { quantity }) => sum + (quantity ?? 0), 0);
  if (tokens === 0) return `No tokens embedded in ${month} so far.`;
  return `${formatTokens(tokens)} embedded in ${month} so far.`;
}
