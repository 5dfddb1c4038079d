// The lines of costs: stored ones as they are, the usage of other days at the present prices. Pure.
import { amountOf, isPriced, type PricedItem, type Prices, pricedItems } from './amounts.ts';
import type { CostRow } from './cost-repository.ts';
import type { UsageRow } from './usage-repository.ts';

/** `currency`: of the amount, null when it has none. `is_closed`: neither usage nor a price changes it any more. */
export type CostLine = Omit<CostRow, 'changed_at' | 'changed_by'> & {
  is_closed: boolean;
  changed_at: string | null;
  changed_by: string | null;
};

type Given = {
  usage: readonly UsageRow[];
  stored: readonly CostRow[];
  prices: Prices;
  currency: string;
  today: string;
};

/** Oldest day first; items of usage in their order, then entered lines. An entered line shows the quantity beneath it. A clock
 *  that was set back makes a closed day a day that goes on: then its closed lines do not count. */
export function costLines({ usage, stored, prices, currency, today }: Given): CostLine[] {
  const used = new Map(sumUsage(usage).map((one) => [keyOf(one), one]));
  const manual = stored.filter((row) => row.is_manual);
  const closed = stored.filter(({ is_manual, day }) => !is_manual && day < today);
  const beneath = new Map<string, Beneath>([...used, ...closed.map((row) => [keyOf(row), row] as const)]);
  const lines: CostLine[] = manual.map((row) => {
    const { quantity = null, unit_price = null, is_estimate = false } = beneath.get(keyOf(row)) ?? {};
    return { ...row, quantity, unit_price, is_estimate, is_closed: true };
  });
  const entered = new Set(manual.map(keyOf));
  lines.push(...closed.filter((row) => !entered.has(keyOf(row))).map((row) => ({ ...row, is_closed: true })));
  for (const row of stored) if (row.is_manual || row.day < today) used.delete(keyOf(row));
  for (const { day, item, quantity, is_estimate } of used.values()) {
    const price = prices[item];
    lines.push({
      day,
      item,
      quantity,
      unit_price: price,
      amount: amountOf(item, quantity, price),
      currency: price === null ? null : currency || null,
      is_estimate,
      is_manual: false,
      note: null,
      is_closed: false,
      changed_at: null,
      changed_by: null,
    });
  }
  return lines.sort(inOrder);
}

type Beneath = Pick<CostRow, 'quantity' | 'is_estimate'> & { unit_price?: number | null };

/** Counted and estimated parts of an item are one quantity. */
export function sumUsage(usage: readonly UsageRow[]) {
  const sums = new Map<string, { day: string; item: PricedItem; quantity: number; is_estimate: boolean }>();
  for (const { day, item, quantity, is_estimate } of usage) {
    if (!isPriced(item)) continue;
    const sum = sums.get(`${day} ${item}`) ?? { day, item, quantity: 0, is_estimate: false };
    sum.quantity += quantity;
    sum.is_estimate ||= is_estimate;
    sums.set(`${day} ${item}`, sum);
  }
  return [...sums.values()];
}

const keyOf = ({ day, item }: { day: string; item: string }) => `${day} ${item}`;

function inOrder(one: CostLine, other: CostLine): number {
  if (one.day !== other.day) return one.day < other.day ? -1 : 1;
  return placeOf(one) - placeOf(other) || (one.item < other.item ? -1 : 1);
}

function placeOf({ item }: CostLine): number {
  return isPriced(item) ? pricedItems.indexOf(item) : pricedItems.length;
}
