// Describes the costs of this month so far, in sentences.
import { formatAmount } from '../cost-store/format-amount.ts';
import { formatTokens } from '../cost-store/format-quantity.ts';
import type { CostBook, LeftOut } from '../cost-store/cost-book.ts';
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

const noPrices = 'No prices are set, so quantities are shown without amounts.';

const largestBelow = 0.999;

/** `40.5%`; never 100% for less than all. */
export const formatShare = (share: number): string =>
  `${((share < 1 ? Math.min(share, largestBelow) : share) * 100).toFixed(1)}%`;

const manyTimes = 10;

/** `40.5% of the budget`, `more than 10 times the budget` */
export const describeShare = (share: number): string =>
  share > manyTimes ? `more than ${manyTimes} times the budget` : `${formatShare(share)} of the budget`;

/** `5.00 EUR in another currency is left out.`; empty when nothing is. */
export function describeLeftOut(leftOut: readonly LeftOut[]): string {
  if (leftOut.length === 0) return '';
  const [amounts, isOne] = [
    leftOut.map((one) => formatAmount(one.amount, one.currency)),
    leftOut.length === 1,
  ];
  const where = isOne ? 'in another currency is' : 'in other currencies are';
  return `${amounts.join(' and ')} ${where} left out.`;
}

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
  const budget = share === null ? '' : `, ${describeShare(share)}`;
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
